package dev.larder.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

class HostsTomlTest {
  private static final URI LARDER = URI.create("http://larder:5000");

  static final List<Arguments> FOREIGN =
      Stream.of(
              """
              server = "https://registry-1.docker.io"

              # the company's
              [host."https://mirror"]
                ca = "/ca.pem"
              """,
              "server = \"https://registry-1.docker.io\"",
              "[host]\n[host.\"https://mirror\"]\n",
              "[host.'https://mirror'.header]\n  x = [\"y\"]\n",
              "")
          .map(Arguments::of)
          .toList();

  static final List<Arguments> UNMERGEABLE =
      Stream.of(
              "host = {}\n",
              "server = \n",
              "ca = [\n[\"/client.pem\", \"/client.key\"],\n]\n[host.\"https://mirror\"]\n",
              "# \uFFFD\n")
          .map(Arguments::of)
          .toList();

  @Test
  void oursPullsOnlyAndLeavesTheRestToTheOrigin() {
    String text = HostsToml.ours(LARDER, false, List.of());

    assertThat(text)
        .isEqualTo(
            """
            # Written by larder attach, removed by larder detach. Changes to it are lost.
            [host."http://larder:5000"]
              capabilities = ["pull", "resolve"]
              dial_timeout = "2s"
            """);
    assertThat(HostsToml.isOurs(text)).isTrue();
  }

  @Test
  void oursKnowsNoOriginWhenItIsStrict() throws Exception {
    String text = HostsToml.ours(LARDER, true, List.of());

    assertThat(Toml.parse(text).path("server").asText()).isEqualTo("http://larder:5000");
    assertThat(Toml.parse(text).path("capabilities")).hasSize(2);
    assertThat(Toml.parse(text).has("host")).isFalse();
  }

  @Test
  void oursKnowsTheFoldersThatWereMadeForIt() {
    List<String> folders = List.of("/etc/containerd/certs.d", "/etc/containerd/certs.d/_default");

    assertThat(HostsToml.foldersOf(HostsToml.ours(LARDER, false, folders))).isEqualTo(folders);
    assertThat(HostsToml.foldersOf(HostsToml.ours(LARDER, false, List.of()))).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("FOREIGN")
  void ourHostComesBeforeTheOthersAndGoesAgain(String text) throws Exception {
    String merged = HostsToml.merged(text, LARDER).orElseThrow();

    assertThat(Toml.parse(merged).path("host").fieldNames().next()).isEqualTo(LARDER.toString());
    assertThat(Toml.parse(merged).path("server")).isEqualTo(Toml.parse(text).path("server"));
    assertThat(HostsToml.names(merged, LARDER)).isTrue();
    assertThat(HostsToml.isOurs(merged)).isFalse();
    assertThat(MarkedBlock.removedFrom(merged)).isEqualTo(text);
  }

  @ParameterizedTest
  @FieldSource("UNMERGEABLE")
  void whatIsWrittenInAnUnusualWayIsLeftAlone(String text) {
    assertThat(HostsToml.merged(text, LARDER)).isEmpty();
  }
}
