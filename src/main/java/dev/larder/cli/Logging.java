package dev.larder.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What went wrong while serving, on standard error: warnings and errors, a line each. */
final class Logging {
  private static final Logger ROOT = Logger.getLogger("");

  /** Takes a client that leaves for a severe error; kept, or its level would be forgotten. */
  private static final Logger CONNECTIONS =
      Logger.getLogger("io.vertx.core.net.impl.VertxConnection");

  /** Warns of a machine without a network, on which Larder is to start like on any other. */
  private static final Logger ADDRESSES = Logger.getLogger("io.netty.util.internal.MacAddressUtil");

  private Logging() {}

  /** From now on, logs that way. */
  static void configure(LogFormat format) {
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    ConsoleHandler handler = new ConsoleHandler();
    handler.setFormatter(
        switch (format) {
          case TEXT -> new TextLines();
          case JSON -> new JsonLines();
        });
    ROOT.addHandler(handler);
    ROOT.setLevel(Level.INFO);
    CONNECTIONS.setLevel(Level.OFF);
    ADDRESSES.setLevel(Level.SEVERE);
  }

  private static String stackTrace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private static final class TextLines extends Formatter {
    @Override
    public String format(LogRecord line) {
      String trace = line.getThrown() == null ? "" : stackTrace(line.getThrown());
      return "%s %s %s%n%s"
          .formatted(
              line.getInstant().truncatedTo(ChronoUnit.MILLIS),
              line.getLevel(),
              formatMessage(line),
              trace);
    }
  }

  private static final class JsonLines extends Formatter {
    private static final JsonMapper JSON = new JsonMapper();

    @Override
    public String format(LogRecord line) {
      ObjectNode node =
          JSON.createObjectNode()
              .put("time", line.getInstant().truncatedTo(ChronoUnit.MILLIS).toString())
              .put("level", line.getLevel().getName().toLowerCase(Locale.ROOT))
              .put("message", formatMessage(line));
      if (line.getThrown() != null) {
        node.put("stackTrace", stackTrace(line.getThrown()));
      }
      return node + "\n";
    }
  }
}
