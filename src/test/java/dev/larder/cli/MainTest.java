package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class MainTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void withoutACommandItPrintsItsHelp() {
    assertThat(run()).isZero();
    assertThat(out.toString()).contains("Usage: larder", "serve", "Exit codes:", "LARDER_LISTEN");
  }

  @Test
  void itsHelpListsCommandsInGroupsAndLeavesOutWhatPeopleDontNeed() {
    run("--help");
    assertThat(out.toString())
        .containsSubsequence("Serve:", "  serve ", "  status ", "Images:", "  get ", "Upkeep:")
        .doesNotContain("  control ", "Others:", "Commands:");
  }

  @Test
  void itsHelpIsTheSameWhetherItKnowsTheCommandsWholeOrByTheirDescriptions() {
    assertThat(Main.commandLine("--help").getUsageMessage())
        .isEqualTo(Main.commandLine().getUsageMessage());
  }

  @Test
  void argumentsMayStandInAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("arguments"), "serve --help");
    assertThat(run("@" + file)).isZero();
    assertThat(out.toString()).contains("Usage: larder serve", "--listen");
  }

  @Test
  void getWithoutAWordSaysWhatThereIs() {
    assertThat(run("get")).isEqualTo(2);
    assertThat(err.toString()).contains("images", "tags", "upstreams", "clusters");
  }

  @Test
  void helpAndVersionAreNoErrors() {
    assertThat(run("--help")).isZero();
    assertThat(run("--version")).isZero();
    assertThat(run("serve", "--help")).isZero();
    assertThat(out.toString()).contains("larder unpackaged", "--listen", "--data", "--config");
  }

  @Test
  void aCommandIsReadWithoutTheOthersByTheNameThatItSays() {
    assertThat(Main.commandLine().getSubcommands())
        .hasSizeGreaterThan(20)
        .allSatisfy(
            (name, command) -> {
              Class<?> type = command.getCommandSpec().userObject().getClass();
              assertThat(type.getAnnotation(CommandLine.Command.class).name()).isEqualTo(name);
              assertThat(Main.commandLine(name, "--help").getSubcommands()).containsOnlyKeys(name);
            });
  }

  @Test
  void aSwitchMeansTheSameWhateverItsVariableSays() {
    for (String[] arguments :
        new String[][] {{"--overlays"}, {"--overlays", "config.yml"}, {"--overlays=true"}, {}}) {
      CommandLine larder = Main.commandLine();
      larder.setDefaultValueProvider(new EnvironmentDefaults(Map.of("LARDER_OVERLAYS", "true")));
      CommandLine.ParseResult parsed =
          larder.parseArgs(with(new String[] {"serve"}, arguments)).subcommand();
      Boolean overlays = parsed.commandSpec().findOption("--overlays").getValue();
      assertThat(overlays).isTrue();
      assertThat(parsed.matchedPositionals()).hasSize(arguments.length > 1 ? 1 : 0);
    }
  }

  @Test
  void everySwitchMeansTheSameWhateverItsVariableSays() {
    assertThat(switches(Main.commandLine()))
        .hasSizeGreaterThan(15)
        .allSatisfy(
            option ->
                assertThat(option.fallbackValue()).as(option.longestName()).isEqualTo("true"));
    for (String variable : List.of("true", "false")) {
      CommandLine larder = Main.commandLine();
      larder.setDefaultValueProvider(new EnvironmentDefaults(Map.of("LARDER_DRY_RUN", variable)));
      Boolean dryRun =
          larder
              .parseArgs("gc", "--dry-run")
              .subcommand()
              .commandSpec()
              .findOption("--dry-run")
              .getValue();
      assertThat(dryRun).isTrue();
    }
  }

  private static List<OptionSpec> switches(CommandLine command) {
    List<OptionSpec> found =
        new ArrayList<>(
            command.getCommandSpec().options().stream()
                .filter(option -> option.type() == boolean.class || option.type() == Boolean.class)
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .toList());
    command.getSubcommands().values().forEach(below -> found.addAll(switches(below)));
    return found;
  }

  @Test
  void aBadFlagIsOneSentenceAndExitCode2() {
    assertThat(run("serve", "--lsten", ":5000")).isEqualTo(2);
    assertThat(err.toString()).startsWith("larder: ").contains("--lsten").hasLineCount(1);
  }

  @Test
  void aBadAddressIsOneSentenceAndExitCode2() {
    assertThat(run("serve", "--listen", "nowhere")).isEqualTo(2);
    assertThat(err.toString()).startsWith("larder: ").contains("\"nowhere\"").hasLineCount(1);
  }

  @Test
  void aBadFileIsOneSentenceThatNamesTheLineAndExitCode2() throws IOException {
    Path file = Files.writeString(folder.resolve("larder.yaml"), "data: /x\nlisten_: y\n");
    assertThat(run("serve", "--config", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("larder.yaml:2: unknown key").hasLineCount(1);
  }

  @Test
  void aFileOfLarderInThePlaceOfOneOfRegistryTwoIsOneSentenceAndExitCode2() throws IOException {
    Path file = Files.writeString(folder.resolve("larder.yaml"), "data: /x\n");
    assertThat(run("serve", file.toString())).isEqualTo(2);
    assertThat(err.toString())
        .contains("larder.yaml is no configuration", "--config")
        .hasLineCount(1);
  }

  @Test
  void bothKindsOfFileAtOnceAreOneSentenceAndExitCode2() {
    assertThat(run("serve", "config.yml", "--config", "larder.yaml")).isEqualTo(2);
    assertThat(err.toString())
        .contains("config.yml", "larder.yaml", "one of the two")
        .hasLineCount(1);
  }

  @Test
  void aPasswordFileOrCertificateThatCantBeUsedIsOneSentenceAndExitCode2() throws IOException {
    String file = Files.writeString(folder.resolve("file"), "bob:plain\n").toString();
    String[] serve = {"serve", "--listen", "127.0.0.1:0", "--data", "" + folder.resolve("data")};
    assertThat(run(with(serve, "--htpasswd", file))).isEqualTo(2);
    assertThat(err.toString()).contains(file + ", line 1: ").doesNotContain("plain");
    assertThat(run(with(serve, "--tls-cert", file, "--tls-key", file))).isEqualTo(2);
    assertThat(err.toString()).contains("can't be used as certificate and key").hasLineCount(2);
    assertThat(run(with(serve, "--tls-cert", file))).isEqualTo(2);
    assertThat(err.toString()).contains("--tls-cert and --tls-key go together").hasLineCount(3);
  }

  private static String[] with(String[] some, String... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void anAddressInUseIsOneSentenceAndExitCode1() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThat(run("serve", "--listen", address, "--data", folder.toString())).isEqualTo(1);
      assertThat(err.toString()).startsWith("larder: ").contains(address).hasLineCount(1);
    }
  }

  @Test
  void aFolderThatCantBeMadeIsOneSentenceAndExitCode1() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    String data = file.resolve("data").toString();
    assertThat(run("serve", "--listen", "127.0.0.1:0", "--data", data)).isEqualTo(1);
    assertThat(err.toString()).startsWith("larder: ").contains(file.toString()).hasLineCount(1);
  }

  private int run(String... args) {
    CommandLine commandLine = Main.commandLine(args);
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(args);
  }
}
