package dev.larder.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A {@code hosts.toml} that sends pulls to Larder: a file of ours, or a file of somebody else's
 * with our host before its own.
 *
 * @see <a href="https://github.com/containerd/containerd/blob/main/docs/hosts.md">containerd,
 *     registry host configuration</a>
 */
final class HostsToml {
  private static final String MARK = "# Written by larder attach, removed by larder detach.";
  private static final String FOLDERS = "# Folders made for it: ";
  private static final Pattern HEADER = Pattern.compile("(?md)^[ \\t]*\\[");

  private HostsToml() {}

  /**
   * A whole file of ours.
   *
   * @param larder where Larder is
   * @param strict whether what Larder hasn't got isn't asked for at the origin
   * @param folders those that are made for the file
   */
  static String ours(URI larder, boolean strict, List<String> folders) {
    StringBuilder text = new StringBuilder(MARK).append(" Changes to it are lost.\n");
    if (!folders.isEmpty()) {
      text.append(FOLDERS).append(String.join(" ", folders)).append('\n');
    }
    if (strict) {
      text.append("server = \"%s\"\ncapabilities = [\"pull\", \"resolve\"]\n".formatted(larder))
          .append("dial_timeout = \"2s\"\n");
    } else {
      text.append(host(larder));
    }
    return text.toString();
  }

  /**
   * Pulls only: what a Pod pushes isn't meant for a mirror. A host that is down costs 2 seconds.
   */
  private static String host(URI larder) {
    return """
    [host."%s"]
      capabilities = ["pull", "resolve"]
      dial_timeout = "2s"
    """
        .formatted(larder);
  }

  /** Whether it is a whole file of ours. */
  static boolean isOurs(String text) {
    return text.startsWith(MARK);
  }

  /** The folders that were made for a file of ours. */
  static List<String> foldersOf(String text) {
    return text.lines()
        .filter(line -> line.startsWith(FOLDERS))
        .flatMap(line -> Stream.of(line.substring(FOLDERS.length()).split(" ")))
        .toList();
  }

  /**
   * Somebody else's file with our host before its own.
   *
   * @param text the file, in which there is no block of ours
   * @return empty if it can't be done, since the file isn't TOML or is written in too unusual a way
   */
  static Optional<String> merged(String text, URI larder) {
    if (text.indexOf(Toml.NOT_UTF_8) >= 0) {
      return Optional.empty();
    }
    try {
      JsonNode before = Toml.parse(text);
      Matcher first = HEADER.matcher(text);
      String edited =
          first.find()
              ? MarkedBlock.insert(text, first.start(), host(larder))
              : MarkedBlock.append(text, host(larder));
      return means(Toml.parse(edited), before, larder)
              && MarkedBlock.removedFrom(edited).equals(text)
          ? Optional.of(edited)
          : Optional.empty();
    } catch (Toml.MalformedException e) {
      return Optional.empty();
    }
  }

  /** Whether it names Larder as a host, whoever wrote it. */
  static boolean names(String text, URI larder) {
    try {
      return Toml.parse(text).path("host").has(larder.toString());
    } catch (Toml.MalformedException e) {
      return false;
    }
  }

  private static boolean means(JsonNode after, JsonNode before, URI larder) {
    ObjectNode others = after.deepCopy();
    ObjectNode hosts = others.withObjectProperty("host");
    boolean first =
        hosts.fieldNames().hasNext() && hosts.fieldNames().next().equals(larder.toString());
    hosts.remove(larder.toString());
    ObjectNode expected = before.deepCopy();
    expected.withObjectProperty("host");
    return first && others.equals(expected);
  }
}
