package dev.larder.runtimes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A {@code hosts.toml} of containerd: in the folder {@code _default} it is for every registry that
 * has no folder of its own. containerd reads it at each pull, and says by {@code ?ns=} which
 * registry it means.
 *
 * @see <a href="https://github.com/containerd/containerd/blob/main/docs/hosts.md">containerd,
 *     registry configuration</a>
 */
record HostsToml(Wiring wiring, List<String> notes) implements Recipe {

  /** The file for these nodes. A dead Larder costs a pull two seconds. */
  static String text(Wiring wiring) {
    String url = wiring.server().url();
    String origin = wiring.strict() ? "server = \"%s\"\n\n".formatted(url) : "";
    return origin + host(wiring);
  }

  private static String host(Wiring wiring) {
    return """
    [host."%s"]
      capabilities = ["pull", "resolve"]
      dial_timeout = "2s"
    """
        .formatted(wiring.server().url());
  }

  @Override
  public String text() {
    return text(wiring);
  }

  @Override
  public String merge(String file) throws MergeException {
    JsonNode said = TomlText.parse(file);
    String url = wiring.server().url();
    if (wiring.strict() && !said.path("server").asText().equals(url)) {
      throw new MergeException(
          "with --strict there is no other server than Larder: write the file anew, without"
              + " --merge");
    }
    if (said.path("host").has(url)) {
      return file;
    }
    return TomlText.prepend(file, host(wiring));
  }
}
