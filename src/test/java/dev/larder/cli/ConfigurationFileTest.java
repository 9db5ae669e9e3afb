package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.cli.ConfigurationFile.UpstreamEntry;
import dev.larder.http.Tls;
import dev.larder.oci.RegistryName;
import dev.larder.registry.access.AccessSettings;
import dev.larder.registry.access.Action;
import dev.larder.registry.access.Rule;
import dev.larder.registry.access.TokenSettings;
import dev.larder.upstream.UpstreamSettings.PasswordFileLogin;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationFileTest {
  @TempDir Path folder;

  @Test
  void whoMayDoWhatIsRead() throws Exception {
    ConfigurationFile file =
        read(
            """
            tls: { cert-file: /tls/cert.pem, key-file: /tls/key.pem }
            auth:
              htpasswd-file: /etc/larder/htpasswd
              anonymous: none
              rules:
                - prefix: team/
                  pull: [anonymous]
                  push: alice
                  delete: []
              tokens:
                issuer: https://issuer.example
                realm: https://issuer.example/token
                jwks-file: /etc/larder/keys.json
            """);

    assertThat(file.tls()).contains(new Tls(Path.of("/tls/cert.pem"), Path.of("/tls/key.pem")));
    assertThat(file.access().settings(Optional.empty()))
        .isEqualTo(
            new AccessSettings(
                Optional.of(Path.of("/etc/larder/htpasswd")),
                Optional.of(
                    new TokenSettings(
                        "https://issuer.example",
                        "larder",
                        URI.create("https://issuer.example/token"),
                        Path.of("/etc/larder/keys.json").toUri())),
                false,
                List.of(
                    new Rule(
                        "team",
                        Map.of(
                            Action.PULL, Set.of("anonymous"),
                            Action.PUSH, Set.of("alice"),
                            Action.DELETE, Set.of())))));
    assertThat(file.access().settings(Optional.of(Path.of("other"))).passwords())
        .contains(Path.of("other"));
  }

  @Test
  void whoMayDoWhatNeedsSomebodyWhoCanLogIn() throws Exception {
    AccessEntry access = read("auth: { anonymous: none }\n").access();
    assertThatThrownBy(() -> access.settings(Optional.empty()))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("need a password file or tokens");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tls: { cert-file: a } | cert-file and key-file go together",
        "auth: { anonymous: push } | anonymous is pull or none",
        "auth: { users: [] } | unknown key",
        "auth: { rules: [{ pull: x }] } | each rule has a prefix",
        "auth: { rules: [{ prefix: a }, { prefix: a/ }] } | another rule for",
        "auth: { rules: [{ prefix: a, read: b }] } | unknown key",
        "auth: { rules: a } | expected a list",
        "auth: { tokens: { issuer: a } } | tokens need issuer",
        "auth: { tokens: { issuer: a, realm: ftp://x } } | realm is an https://",
      })
  void whatIsWrongOfWhoMayDoWhatIsSaid(String text, String reason) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("larder.yaml:1: ")
        .hasMessageContaining(reason);
  }

  @Test
  void everyKeyIsRead() throws Exception {
    ConfigurationFile file =
        read(
            """
            listen: ["127.0.0.1:5000", ":5001=docker.io"]
            data: /srv/larder
            names: ["larder:5000"]
            log-format: json
            overlays: true
            offline: true
            pass-challenges: false
            upstreams:
              docker.io:
                url: https://mirror.example/hub
                fresh-for: 5m
                negative-for: 1m
                stale-for: 7d
                keep-for: 30d
                ca-file: /etc/ca.pem
                username: me
                password-file: /etc/password
              old.example: { allow: false }
              "*": { allow: false }
            """);

    assertThat(file.listen()).containsExactly("127.0.0.1:5000", ":5001=docker.io");
    assertThat(file.data()).contains(Path.of("/srv/larder"));
    assertThat(file.names()).containsExactly(new RegistryName("larder:5000"));
    assertThat(file.logFormat()).contains(LogFormat.JSON);
    assertThat(file.overlays()).contains(true);
    assertThat(file.offline()).contains(true);
    assertThat(file.passChallenges()).contains(false);
    assertThat(file.otherUpstreams()).isFalse();
    assertThat(file.upstreams())
        .containsOnlyKeys(RegistryName.DOCKER_HUB, new RegistryName("old.example"))
        .containsEntry(
            RegistryName.DOCKER_HUB,
            new UpstreamEntry(
                true,
                Optional.of(URI.create("https://mirror.example/hub")),
                Optional.of(Duration.ofMinutes(5)),
                Optional.of(Duration.ofMinutes(1)),
                Optional.of(Duration.ofDays(7)),
                Optional.of(Duration.ofDays(30)),
                Optional.of(Path.of("/etc/ca.pem")),
                Optional.of(new PasswordFileLogin("me", Path.of("/etc/password")))));
    assertThat(file.upstreams())
        .extractingByKey(new RegistryName("old.example"))
        .isEqualTo(
            new UpstreamEntry(
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void anAnswerMayBeGivenAgainForEver() throws Exception {
    assertThat(read("upstreams: {docker.io: {stale-for: forever}}").upstreams())
        .extractingByKey(RegistryName.DOCKER_HUB)
        .satisfies(entry -> assertThat(entry.staleFor()).isEmpty());
    assertThatThrownBy(() -> read("upstreams: {docker.io: {stale-for: long}}"))
        .hasMessageContaining("stale-for is a time like 12h or 7d, or forever");
  }

  @Test
  void aFileOfRegistryTwoIsToldWhereItGoes() {
    assertThatThrownBy(() -> read("version: 0.1\nhttp: {addr: ':5000'}\n"))
        .hasMessageContaining(":1: this is a configuration of registry:2")
        .hasMessageContaining("larder serve ");
  }

  @Test
  void anEmptyFileSaysNothing() throws Exception {
    assertThat(read("")).isEqualTo(ConfigurationFile.NONE);
    assertThat(read("# nothing yet\n")).isEqualTo(ConfigurationFile.NONE);
    assertThat(read("upstreams:\n")).isEqualTo(ConfigurationFile.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data: /a\\nlsten: x|:2: unknown key \"lsten\"; known here: listen, data, names",
        "upstreams:\\n"
            + "  quay.io:\\n"
            + "    fresh_for: 1s|:3: unknown key \"fresh_for\"; known here: allow, url",
        "upstreams:\\n  \"*\":\\n    url: http://x|:3: unknown key \"url\"; known here: allow",
        "data: /a\\ndata: /b|:2: \"data\" is here twice",
        "upstreams:\\n"
            + "  docker.io: {}\\n"
            + "  index.docker.io: {}|:3: \"index.docker.io\" is another name",
        "upstreams:\\n  no/registry: {}|:2: \"no/registry\" is not a registry",
        "upstreams:\\n  a.io:\\n    url: ftp://a.io|:3: url is http://HOST or https://HOST",
        "upstreams:\\n  a.io:\\n    url: a.io|:3: url is http://HOST or https://HOST",
        "upstreams:\\n"
            + "  a.io:\\n"
            + "    url: https://me:secret@a.io|:3: url is http://HOST or https://HOST",
        "upstreams:\\n  a.io:\\n    fresh-for: soon|:3: fresh-for is a time like 30s",
        "overlays: some|:1: \"overlays\" is true or false",
        "upstreams:\\n  a.io:\\n    allow: maybe|:3: \"allow\" is true or false",
        "upstreams:\\n  a.io:\\n    username: me|:3: username and password-file go together",
        "names: [\"a/b\"]|:1: \"a/b\" is not HOST or HOST:PORT",
        "log-format: xml|:1: log-format is text or json",
        "- 1|:1: expected keys and values",
        "data: [/a]|:1: expected a single value",
        "data: \"/a|:1: ",
      })
  void aMistakeIsNamedWithItsLine(String text, String message) {
    assertThatThrownBy(() -> read(text.replace("\\n", "\n")))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("larder.yaml" + message);
  }

  @Test
  void anErrorNeverRepeatsAUrlsPassword() {
    assertThatThrownBy(() -> read("upstreams: {a.io: {url: \"https://me:secret@a.io\"}}"))
        .hasMessageNotContaining("secret");
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("missing.yaml");
    assertThatThrownBy(() -> ConfigurationFile.read(missing))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("missing.yaml");
  }

  private ConfigurationFile read(String text) throws IOException, CommandException {
    return ConfigurationFile.read(Files.writeString(folder.resolve("larder.yaml"), text));
  }
}
