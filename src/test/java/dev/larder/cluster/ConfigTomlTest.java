package dev.larder.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

class ConfigTomlTest {
  private static final String ROOT = "/etc/containerd/certs.d";

  /** What can be edited, with what is then to be read in it. */
  static final List<Arguments> EDITABLE =
      Stream.of(
              "version = 2\n",
              "version = 3",
              """
              version = 2

              [plugins."io.containerd.grpc.v1.cri"]
                sandbox_image = "pause"
              """,
              """
              version = 2
              [plugins]
                [plugins."io.containerd.grpc.v1.cri"]
                  [plugins."io.containerd.grpc.v1.cri".registry]
                    config_path = ""
                    [plugins."io.containerd.grpc.v1.cri".registry.auths]
                    [plugins."io.containerd.grpc.v1.cri".registry.mirrors]
              [proxy_plugins]
              """,
              """
              version = 3
              [plugins.'io.containerd.cri.v1.images'.registry] # nothing yet
              [plugins.'io.containerd.cri.v1.images'.registry.headers]
                User-Agent = ["some"]
              """,
              """
              version = 2
              [plugins."io.containerd.grpc.v1.cri".registry]
                config_path = ''
              """
                  .replace("\n", "\r\n"),
              "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]",
              "")
          .map(Arguments::of)
          .toList();

  static final List<Arguments> UNEDITABLE =
      Stream.of(
              "[plugins.cri]\n",
              "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"\"",
              "version = 1\n",
              "version = 2\nplugins = {}\n",
              """
              version = 2
              [plugins."io.containerd.grpc.v1.cri"]
              registry = { config_path = "" }
              """,
              "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nregistry.config_path = \"\"\n",
              """
              version = 2
              [plugins."io.containerd.grpc.v1.cri".registry]
                "config_path" = ""
              """,
              "version = 2\ntext = '''\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\n'''\n",
              "version = 2\n# \uFFFD\n",
              "version = \n")
          .map(Arguments::of)
          .toList();

  @ParameterizedTest
  @FieldSource("EDITABLE")
  void theFolderIsSetAndNothingElseAndComesOutAgain(String text) throws Exception {
    String edited = ConfigToml.withConfigPath(Optional.of(text), ROOT).orElseThrow();

    assertThat(RegistryConfiguration.parse(edited).roots()).containsExactly(ROOT);
    assertThat(MarkedBlock.removedFrom(edited)).isEqualTo(text);
    assertThat(ConfigToml.wasMade(edited)).isFalse();
  }

  @ParameterizedTest
  @FieldSource("UNEDITABLE")
  void whatIsWrittenInAnUnusualWayIsLeftAlone(String text) {
    assertThat(ConfigToml.withConfigPath(Optional.of(text), ROOT)).isEmpty();
  }

  @Test
  void aFileThatWasNotThereIsKnownToBeMade() {
    String made = ConfigToml.withConfigPath(Optional.empty(), ROOT).orElseThrow();

    assertThat(made).contains("version = 2\n");
    assertThat(ConfigToml.wasMade(made)).isTrue();
    assertThat(ConfigToml.wasMade(made + "[debug]\n")).isFalse();
  }
}
