package dev.larder.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.registry.Access;
import java.io.Closeable;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * What serving prints on standard output: what people are told, and a line for each request. Never
 * blocks whoever has something to say.
 */
final class Console implements Closeable {
  private static final JsonMapper JSON = new JsonMapper();

  private final LogFormat format;
  private final InstantSource clock;
  private final LineWriter lines;

  Console(LogFormat format, PrintWriter out, InstantSource clock) {
    this.format = format;
    this.clock = clock;
    this.lines = new LineWriter(out, out::flush);
  }

  /** Tells people something. */
  void say(String message) {
    lines.add(
        () ->
            switch (format) {
              case TEXT -> message;
              case JSON ->
                  JSON.createObjectNode()
                      .put("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString())
                      .put("message", message)
                      .toString();
            });
  }

  /** Logs a request. */
  void log(Access access) {
    lines.add(
        () ->
            switch (format) {
              case TEXT -> text(access);
              case JSON -> json(access).toString();
            });
  }

  /** Prints what has been said so far. */
  @Override
  public void close() {
    lines.close();
  }

  private static String text(Access access) {
    StringBuilder line = new StringBuilder(160);
    line.append(access.at().truncatedTo(ChronoUnit.MILLIS))
        .append(' ')
        .append(access.client().address().getAddress().getHostAddress())
        .append(' ')
        .append(access.method());
    if (!access.endpoint().isEmpty()) {
      line.append(' ').append(access.endpoint());
    }
    access.repository().ifPresent(repository -> line.append(' ').append(name(access, repository)));
    line.append(' ')
        .append(access.status())
        .append(' ')
        .append(word(access))
        .append(' ')
        .append(access.bytesReceived() + access.bytesSent())
        .append(" bytes ")
        .append(access.duration().toMillis())
        .append(" ms");
    if (!access.whole()) {
      line.append(" (broken off)");
    }
    return line.toString();
  }

  private static String name(Access access, String repository) {
    String registry = access.upstream().map(upstream -> upstream + "/").orElse("");
    String reference =
        access.reference().map(text -> (text.indexOf(':') < 0 ? ":" : "@") + text).orElse("");
    return registry + repository + reference;
  }

  private static ObjectNode json(Access access) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("time", access.at().truncatedTo(ChronoUnit.MILLIS).toString())
            .put("remote", access.client().address().getAddress().getHostAddress())
            .put("method", access.method())
            .put("endpoint", access.endpoint());
    access.upstream().ifPresent(upstream -> node.put("upstream", upstream.value()));
    access.repository().ifPresent(repository -> node.put("repository", repository));
    access.reference().ifPresent(reference -> node.put("reference", reference));
    return node.put("status", access.status())
        .put("outcome", word(access))
        .put("received", access.bytesReceived())
        .put("sent", access.bytesSent())
        .put("whole", access.whole())
        .put("milliseconds", access.duration().toMillis())
        .put("userAgent", access.client().userAgent());
  }

  private static String word(Access access) {
    return access.outcome().name().toLowerCase(Locale.ROOT);
  }
}
