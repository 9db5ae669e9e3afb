package dev.larder.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.RegistryName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerConfigTest {
  private static final RegistryName QUAY = new RegistryName("quay.io");
  private static final Optional<Credentials> ME =
      Optional.of(new Credentials.Password("me", "se:cret"));

  /** Held, since loggers that nobody holds are forgotten with their handlers. */
  private static final Logger LOG = Logger.getLogger(DockerConfig.class.getName());

  private final List<String> logged = new ArrayList<>();
  private final Handler listener =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          logged.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @TempDir private Path folder;

  @BeforeEach
  void listen() {
    LOG.addHandler(listener);
    LOG.setUseParentHandlers(false);
  }

  @AfterEach
  void stopListening() {
    LOG.removeHandler(listener);
    LOG.setUseParentHandlers(true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://index.docker.io/v1/",
        "index.docker.io",
        "docker.io",
        "registry-1.docker.io",
        "https://index.docker.io/v2/"
      })
  void findsDockerHubUnderAllItsNames(String key) throws Exception {
    auths(key, "\"auth\":\"%s\"".formatted(base64("me:se:cret")));
    assertThat(config().credentials(RegistryName.DOCKER_HUB)).isEqualTo(ME);
    assertThat(config().credentials(QUAY)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"quay.io", "https://quay.io", "http://quay.io/v1/", "quay.io/v2/"})
  void findsOthersUnderTheFormsOfTheYears(String key) throws Exception {
    auths(key, "\"auth\":\"%s\"".formatted(base64("me:se:cret")));
    assertThat(config().credentials(QUAY)).isEqualTo(ME);
    assertThat(config().credentials(new RegistryName("quay.io:443"))).isEmpty();
  }

  @Test
  void knowsAllFormsOfALogin() throws Exception {
    auths("quay.io", "\"username\":\"me\",\"password\":\"se:cret\"");
    assertThat(config().credentials(QUAY)).isEqualTo(ME);
    auths("quay.io", "\"auth\":\"%s\"".formatted(base64("me:se:cret\0\0")));
    assertThat(config().credentials(QUAY)).isEqualTo(ME);
    auths("quay.io", "\"auth\":\"%s\",\"identitytoken\":\"id\"".formatted(base64("me:")));
    assertThat(config().credentials(QUAY)).contains(new Credentials.IdentityToken("id"));
    auths("quay.io", "");
    assertThat(config().credentials(QUAY)).isEmpty();
    assertThat(logged).isEmpty();
  }

  @Test
  void thereMayBeNoFile() throws Exception {
    assertThat(config().credentials(QUAY)).isEmpty();
    assertThat(logged).isEmpty();
  }

  @Test
  void helperOfARegistryComesBeforeTheStoreAndTheStoreBeforeTheFile() throws Exception {
    helper("one", "read s; echo \"{\\\"Username\\\":\\\"one\\\",\\\"Secret\\\":\\\"$s\\\"}\"");
    helper("two", "read s; echo \"{\\\"Username\\\":\\\"two\\\",\\\"Secret\\\":\\\"$s\\\"}\"");
    write(
        "{\"credHelpers\":{\"quay.io\":\"one\"},\"credsStore\":\"two\",\"auths\":{\"gcr.io\":{"
            + "\"auth\":\"eDp5\"}}}");
    assertThat(config().credentials(QUAY)).contains(new Credentials.Password("one", "quay.io"));
    assertThat(config().credentials(new RegistryName("gcr.io")))
        .contains(new Credentials.Password("two", "gcr.io"));
    assertThat(config().credentials(RegistryName.DOCKER_HUB))
        .contains(new Credentials.Password("two", "https://index.docker.io/v1/"));
  }

  @Test
  void helperMayAnswerWithAnIdentityTokenOrWithNothing() throws Exception {
    helper("id", "echo '{\"Username\":\"<token>\",\"Secret\":\"id\"}'");
    helper("none", "echo 'credentials not found in native keychain'; exit 1");
    write("{\"credHelpers\":{\"quay.io\":\"id\"},\"credsStore\":\"none\"}");
    assertThat(config().credentials(QUAY)).contains(new Credentials.IdentityToken("id"));
    assertThat(config().credentials(new RegistryName("gcr.io"))).isEmpty();
    assertThat(logged).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo se-cret; echo se-cret >&2; exit 3",
        "echo '{se-cret'",
        "echo '{\"Username\":\"se-cret\"}'",
        "exec cat /dev/zero",
        "while :; do :; done"
      })
  void brokenHelperCostsOneWarningThatTellsNoSecret(String script) throws Exception {
    helper("bad", script);
    write("{\"credsStore\":\"bad\"}");
    DockerConfig config =
        new DockerConfig(folder.resolve("config.json"), List.of(folder), Duration.ofMillis(1500));
    assertThat(config.credentials(QUAY)).isEmpty();
    assertThat(config.credentials(QUAY)).isEmpty();
    assertThat(logged).singleElement().asString().contains("docker-credential-bad");
    assertThat(logged.getFirst()).doesNotContain("se-cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "../../bin/sh", "a/b"})
  void helperThatIsNotInstalledCostsAWarning(String name) throws Exception {
    write("{\"credsStore\":\"%s\"}".formatted(name));
    assertThat(config().credentials(QUAY)).isEmpty();
    assertThat(logged).singleElement().asString().contains("docker-credential-" + name);
  }

  @Test
  void brokenFileCostsAWarningThatDoesNotQuoteIt() throws Exception {
    write("{\"auths\": se-cret");
    DockerConfig config = config();
    assertThat(config.credentials(QUAY)).isEmpty();
    assertThat(config.credentials(QUAY)).isEmpty();
    assertThat(logged).singleElement().asString().contains("isn't JSON");
    assertThat(logged.getFirst()).doesNotContain("se-cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%%%", "bm9jb2xvbg=="})
  void brokenLoginCostsAWarning(String auth) throws Exception {
    auths("quay.io", "\"auth\":\"%s\"".formatted(auth));
    assertThat(config().credentials(QUAY)).isEmpty();
    assertThat(logged).singleElement().asString().contains("the login for quay.io");
  }

  @Test
  void isFoundWhereDockerLooks() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.createDirectory(home.resolve(".docker"));
    Files.writeString(home.resolve(".docker/config.json"), login("home"));
    Files.writeString(elsewhere.resolve("config.json"), login("elsewhere"));
    assertThat(DockerConfig.fromEnvironment(Map.of(), home).credentials(QUAY))
        .contains(new Credentials.Password("home", "x"));
    assertThat(
            DockerConfig.fromEnvironment(Map.of("DOCKER_CONFIG", elsewhere.toString()), home)
                .credentials(QUAY))
        .contains(new Credentials.Password("elsewhere", "x"));
  }

  private static String login(String user) {
    return "{\"auths\":{\"quay.io\":{\"auth\":\"%s\"}}}".formatted(base64(user + ":x"));
  }

  private DockerConfig config() {
    return new DockerConfig(folder.resolve("config.json"), List.of(folder), Duration.ofSeconds(10));
  }

  private void auths(String key, String fields) throws IOException {
    write("{\"auths\":{\"%s\":{%s}}}".formatted(key, fields));
  }

  private void write(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
  }

  private void helper(String name, String script) throws IOException {
    Path file = folder.resolve("docker-credential-" + name);
    Files.writeString(file, "#!/bin/sh\n[ \"$1\" = get ] || exit 9\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
