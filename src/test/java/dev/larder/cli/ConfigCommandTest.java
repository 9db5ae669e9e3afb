package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ConfigCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpListsTheRuntimesWithALineEach() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString().lines())
        .anyMatch(line -> line.startsWith("  kind  "))
        .anyMatch(line -> line.startsWith("  rancher-desktop  "))
        .allMatch(line -> line.length() <= 80);
  }

  @Test
  void anUnknownRuntimeIsToldTheKnownOnes() {
    assertThat(run("nomad")).isEqualTo(2);
    assertThat(err.toString())
        .contains("unknown runtime \"nomad\"", "kind, capd, k3d")
        .hasLineCount(1);
  }

  @Test
  void whatToDoStandsAboveAFormatThatHasComments() {
    assertThat(run("kind")).isZero();
    assertThat(out.toString()).startsWith("# ").contains("\nkind: Cluster\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void whatToDoIsSaidBesideAFormatThatHasNone() {
    assertThat(run("docker")).isZero();
    assertThat(out.toString()).startsWith("{");
    assertThat(err.toString()).contains("/etc/docker/daemon.json");
  }

  @Test
  void aFileIsMergedAndLeftAlone() throws IOException {
    Path file = Files.writeString(folder.resolve("daemon.json"), "{\"debug\": true}");
    assertThat(run("docker", "--merge", file.toString())).isZero();
    assertThat(out.toString()).contains("\"debug\": true", "http://localhost:5001/docker.io");
    assertThat(file).hasContent("{\"debug\": true}");
  }

  @Test
  void aFileThatCannotBeMergedIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("daemon.json"), "{");
    assertThat(run("docker", "--merge", file.toString())).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("larder: cannot merge into " + file + ": this is not JSON");
    assertThat(out.toString()).isEmpty();
    assertThat(run("docker", "--merge", folder.resolve("none").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("cannot read " + folder.resolve("none"));
  }

  @ParameterizedTest
  @CsvSource({
    "docker --strict, can't say --strict",
    "k3s --upstreams quay.io, --upstreams is for",
    "k3s --mount /x, --mount is for kind",
    "k3s --server a:5000=docker.io, is for docker",
    "docker --server a:5000=quay.io, docker.io alone",
    "docker --server a/b, no server",
    "podman --upstreams a/b, no registry"
  })
  void aFlagThatARuntimeHasNoPlaceForIsRefused(String arguments, String said) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(said).hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void theUpstreamsOfTheConfigurationAreAdded() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("larder.yaml"),
            "upstreams:\n  corp.example:5000: {}\n  ghcr.io: {allow: false}\n");
    assertThat(run("podman", "--config", file.toString())).isZero();
    assertThat(out.toString())
        .contains("localhost:5001/docker.io", "localhost:5001/corp.example:5000")
        .doesNotContain("ghcr.io");
  }

  @Test
  void whereOnlyNamedUpstreamsAreAllowedNoOthersAreWritten() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("larder.yaml"), "upstreams:\n  quay.io: {}\n  \"*\": {allow: false}\n");
    assertThat(run("buildkit", "--config", file.toString())).isZero();
    assertThat(out.toString()).contains("quay.io").doesNotContain("\"docker.io\"");
  }

  private int run(String... arguments) {
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 1];
    all[0] = "config";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return commandLine.execute(all);
  }
}
