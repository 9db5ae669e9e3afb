package dev.larder.cli;

import dev.larder.oci.RegistryName;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where to listen: {@code 127.0.0.1:5000}, {@code [::1]:5000} or {@code :5000}, and {@code
 * 127.0.0.1:5001=docker.io} for a listener that stands for one upstream.
 *
 * @param host empty for every address of the machine
 * @param port 0 for any free one
 * @param upstream whose images are meant by requests that name no registry
 */
record ListenAddress(String host, int port, Optional<RegistryName> upstream) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<host>\\[[0-9a-fA-F:.]+\\]|[^:\\[\\]=]*):(?<port>[0-9]{1,5})(=(?<upstream>.+))?");
  private static final int MAX_PORT = 65535;

  /**
   * @throws CommandException if {@code text} isn't such an address; the message says so
   */
  static ListenAddress parse(String text) throws CommandException {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group("port")) > MAX_PORT) {
      throw CommandException.usage(
          "cannot listen at \"%s\": write HOST:PORT, :PORT or HOST:PORT=UPSTREAM".formatted(text));
    }
    String host = matcher.group("host").replaceAll("[\\[\\]]", "");
    Optional<String> upstream = Optional.ofNullable(matcher.group("upstream"));
    Optional<RegistryName> name = upstream.flatMap(RegistryName::parse);
    if (upstream.isPresent() && name.isEmpty()) {
      throw CommandException.usage(
          "cannot listen at \"%s\": \"%s\" is not the name of a registry"
              .formatted(text, upstream.get()));
    }
    return new ListenAddress(host, Integer.parseInt(matcher.group("port")), name);
  }

  /**
   * Reads several.
   *
   * @throws CommandException as {@link #parse(String)}
   */
  static List<ListenAddress> parse(List<String> texts) throws CommandException {
    List<ListenAddress> addresses = new ArrayList<>();
    for (String text : texts) {
      addresses.add(parse(text));
    }
    return addresses;
  }

  /** The address to bind; unresolved if the host has no address. */
  InetSocketAddress socketAddress() {
    return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
  }
}
