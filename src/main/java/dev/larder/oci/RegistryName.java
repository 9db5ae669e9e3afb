package dev.larder.oci;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a registry as image names begin with it: a host, and a port where it isn't the
 * scheme's own. It is a key; where the registry is reached is another matter.
 *
 * @param value {@code host} or {@code host:port} in lower case; Docker Hub is always {@code
 *     docker.io}
 */
public record RegistryName(String value) {
  private static final Set<String> DOCKER_HUB_ALIASES =
      Set.of("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com");
  private static final Pattern PORT_IN_PATH = Pattern.compile("([^:]+)_([0-9]{1,5})");
  private static final Pattern IP_LITERAL = Pattern.compile("\\[[0-9a-f:.]{2,45}\\]");

  private static final Pattern LOOPBACK = Pattern.compile("127(?:\\.[0-9]{1,3}){3}|\\[::1\\]");

  /** Docker Hub, whose images are written without a registry. */
  public static final RegistryName DOCKER_HUB = new RegistryName("docker.io");

  /**
   * @throws IllegalArgumentException if {@code value} isn't a host with or without a port, or is
   *     one of Docker Hub's other names
   */
  public RegistryName {
    if (!isValid(value) || DOCKER_HUB_ALIASES.contains(value)) {
      throw new IllegalArgumentException("not a registry name: " + value);
    }
  }

  /** Reads a registry's name, whatever its case; empty if {@code text} isn't one. */
  public static Optional<RegistryName> parse(String text) {
    String value = text.toLowerCase(Locale.ROOT);
    if (!isValid(value)) {
      return Optional.empty();
    }
    return Optional.of(DOCKER_HUB_ALIASES.contains(value) ? DOCKER_HUB : new RegistryName(value));
  }

  /**
   * Whether the first part of an image's name is a registry and not a repository, by the rule that
   * all clients share: it has a dot or a colon, or is {@code localhost}.
   */
  public static boolean looksLikeRegistry(String firstPart) {
    return firstPart.indexOf('.') >= 0
        || firstPart.indexOf(':') >= 0
        || firstPart.equals("localhost");
  }

  /** Whether it is the loopback address of whoever says it, by number or by name (RFC 6761). */
  public boolean isLoopback() {
    int colon = value.endsWith("]") ? -1 : value.lastIndexOf(':');
    String host = colon < 0 ? value : value.substring(0, colon);
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || LOOPBACK.matcher(host).matches();
  }

  /**
   * The first part of a path with a colon before its port. By the grammar that most clients share,
   * no part of a path has one: they write {@code registry.corp_5000} for the registry {@code
   * registry.corp:5000}. A part is left as it is if it isn't a registry with a port.
   */
  public static String fromPath(String firstPart) {
    if (firstPart.indexOf('_') < 0) {
      return firstPart;
    }
    Matcher matcher = PORT_IN_PATH.matcher(firstPart);
    return matcher.matches() && looksLikeRegistry(matcher.group(1))
        ? matcher.group(1) + ":" + matcher.group(2)
        : firstPart;
  }

  /**
   * This name as the first part of a path, so that {@link #fromPath} makes it of that; empty where
   * none does: an IPv6 address, a host without a dot, one that looks as if it had a port.
   */
  public Optional<String> inPath() {
    String part = value.replace(':', '_');
    String read = fromPath(part);
    return read.equals(value) && looksLikeRegistry(read) ? Optional.of(part) : Optional.empty();
  }

  /**
   * The full name of a repository of this registry: Docker Hub's official images are in {@code
   * library/}, which people leave out.
   */
  public RepositoryName qualify(RepositoryName repository) {
    return equals(DOCKER_HUB) && repository.value().indexOf('/') < 0
        ? new RepositoryName("library/" + repository.value())
        : repository;
  }

  /**
   * Labels of letters, digits, hyphens and underscores, these two not at a label's end, or a
   * literal address; and a port. Each pull through a mirror names a registry, and an expression
   * takes ten times as long.
   */
  private static boolean isValid(String text) {
    boolean literal = text.startsWith("[");
    int colon = text.indexOf(':', literal ? text.indexOf(']') : 0);
    String host = colon < 0 ? text : text.substring(0, colon);
    return text.length() <= 255
        && (literal ? IP_LITERAL.matcher(host).matches() : isHost(host))
        && (colon < 0 || isPort(text.substring(colon + 1)));
  }

  private static boolean isHost(String text) {
    boolean ends = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letterOrDigit = RepositoryName.isLetterOrDigit(c);
      if (!letterOrDigit && !(ends && c == '.') && !(inLabel(text, i) && (c == '-' || c == '_'))) {
        return false;
      }
      ends = letterOrDigit;
    }
    return ends;
  }

  private static boolean inLabel(String text, int position) {
    return position > 0 && text.charAt(position - 1) != '.';
  }

  private static boolean isPort(String text) {
    return !text.isEmpty()
        && text.length() <= 5
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  @Override
  public String toString() {
    return value;
  }
}
