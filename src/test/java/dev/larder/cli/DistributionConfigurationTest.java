package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.http.Tls;
import dev.larder.notify.EndpointSettings;
import dev.larder.oci.RegistryName;
import dev.larder.registry.Changes;
import dev.larder.upstream.UpstreamSettings.PasswordLogin;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistributionConfigurationTest {
  private static final RegistryName HUB = RegistryName.DOCKER_HUB;

  @TempDir Path folder;

  /** Each setting in YAML's one-line form, and what it has to come to. */
  static Stream<Arguments> supported() {
    return Stream.of(
        setting(
            "{http: {addr: '127.0.0.1:5055'}}",
            "HTTP_ADDR=127.0.0.1:5055",
            c -> address(c),
            "127.0.0.1:5055"),
        setting("{http: {addr: ':80'}}", "HTTP_ADDR=:80", c -> address(c), ":80"),
        setting("{http: {net: tcp}}", "HTTP_NET=tcp", c -> address(c), ":5000"),
        setting(
            "{http: {host: 'https://r.example:8443'}}",
            "HTTP_HOST=https://r.example:8443",
            c -> c.names().toString(),
            "[r.example:8443]"),
        setting(
            "{http: {headers: {X-A: [b, c]}}}",
            "HTTP_HEADERS={X-A: [b, c]}",
            c -> c.standIn().headers().first("X-A").orElse(""),
            "b"),
        setting(
            "{http: {debug: {addr: ':5001'}}}",
            "HTTP_DEBUG_ADDR=:5001",
            c -> c.standIn().debug().map(debug -> debug.address().port()).orElse(0),
            5001),
        setting(
            "{storage: {filesystem: {rootdirectory: /srv}}}",
            "STORAGE_FILESYSTEM_ROOTDIRECTORY=/srv",
            c -> c.data().toString(),
            "/srv/larder"),
        setting(
            "{storage: {delete: {enabled: true}}}",
            "STORAGE_DELETE_ENABLED=true",
            c -> c.standIn().changes(),
            Changes.ALL),
        setting(
            "{storage: {maintenance: {readonly: {enabled: true}}}}",
            "STORAGE_MAINTENANCE_READONLY={enabled: true}",
            c -> c.standIn().changes(),
            new Changes(false, false)),
        setting(
            "{notifications: {endpoints: [{name: a, url: 'http://h/e', headers: {X-A: [b]},"
                + " timeout: 1m0.5s, threshold: 3, backoff: 2s, ignoredmediatypes: [t],"
                + " ignore: {mediatypes: [u], actions: [pull]}}]}}",
            "NOTIFICATIONS_ENDPOINTS=[{name: a, url: 'http://h/e', headers: {X-A: [b]},"
                + " timeout: 1m0.5s, threshold: 3, backoff: 2s, ignoredmediatypes: [t],"
                + " ignore: {mediatypes: [u], actions: [pull]}}]",
            c -> notified(c),
            "a http://h/e b PT1M0.5S 3 PT2S [t, u] [pull]"),
        setting(
            "{notifications: {endpoints: [{url: 'http://h/e', disabled: true}, {url:"
                + " 'https://i'}]}}",
            "NOTIFICATIONS_ENDPOINTS=[{url: 'http://h/e', disabled: true}, {url: 'https://i'}]",
            c -> notified(c),
            "i https://i  PT1S 10 PT1S [] []"),
        setting("{log: {level: warn}}", "LOG_LEVEL=warn", c -> c.log().level(), Level.WARNING),
        setting("{log: {level: error}}", "LOG_LEVEL=error", c -> c.log().level(), Level.SEVERE),
        setting("{loglevel: debug}", "LOGLEVEL=debug", c -> c.log().level(), Level.FINE),
        setting(
            "{log: {formatter: json}}",
            "LOG_FORMATTER=json",
            c -> c.log().format(),
            LogFormat.JSON),
        setting(
            "{log: {formatter: logstash}}",
            "LOG_FORMATTER=logstash",
            c -> c.log().format(),
            LogFormat.JSON),
        setting(
            "{log: {accesslog: {disabled: true}}}",
            "LOG_ACCESSLOG_DISABLED=true",
            c -> c.log().accesses(),
            false),
        setting(
            "{proxy: {remoteurl: 'https://registry-1.docker.io/'}}",
            "PROXY_REMOTEURL=https://registry-1.docker.io/",
            c -> c.upstreams().values().iterator().next().url().orElseThrow(),
            URI.create("https://registry-1.docker.io")),
        setting(
            "{proxy: {remoteurl: 'http://10.0.0.1:5000', username: me, password: secret}}",
            "PROXY={remoteurl: 'http://10.0.0.1:5000', username: me, password: secret}",
            c -> c.upstreams().values().iterator().next().login().orElseThrow(),
            new PasswordLogin("me", "secret")));
  }

  private static String notified(Configuration configuration) {
    EndpointSettings only = configuration.telemetry().endpoints().getFirst();
    return "%s %s %s %s %d %s %s %s"
        .formatted(
            only.name(),
            only.url(),
            only.headers().first("X-A").orElse(""),
            only.timeout(),
            only.threshold(),
            only.backoff(),
            only.ignoredMediaTypes().stream().sorted().toList(),
            only.ignoredActions());
  }

  private static Arguments setting(
      String yaml, String variable, Function<Configuration, Object> seen, Object expected) {
    return Arguments.of(yaml, "REGISTRY_" + variable, seen, expected);
  }

  private static String address(Configuration configuration) {
    ListenAddress address = configuration.listen().getFirst();
    return address.host() + ":" + address.port();
  }

  @ParameterizedTest
  @MethodSource("supported")
  void aSettingCounts(
      String yaml, String variable, Function<Configuration, Object> seen, Object expected)
      throws Exception {
    assertThat(seen.apply(file(yaml))).isEqualTo(expected);
    String[] pair = variable.split("=", 2);
    assertThat(seen.apply(read(Optional.empty(), Map.of(pair[0], pair[1])))).isEqualTo(expected);
  }

  @Test
  void withoutASettingItIsAsTheImageOfRegistryTwo() throws Exception {
    Configuration configuration = read(Optional.empty(), Map.of());

    assertThat(configuration.listen())
        .containsExactly(new ListenAddress("", 5000, Optional.empty()));
    assertThat(configuration.data()).isEqualTo(Path.of("/var/lib/registry/larder"));
    assertThat(configuration.standIn().changes()).isEqualTo(new Changes(true, false));
    assertThat(configuration.standIn().hostedFirst()).isTrue();
    assertThat(configuration.log().accesses()).isTrue();
    assertThat(configuration.standIn().warnings()).isEmpty();
  }

  @Test
  void theImagesOwnFileIsUnderstood() throws Exception {
    Configuration configuration =
        file(
            """
            log:
              fields:
                service: registry
            storage:
              cache:
                blobdescriptor: inmemory
              filesystem:
                rootdirectory: /var/lib/registry
            http:
              addr: :5000
              headers:
                X-Content-Type-Options: [nosniff]
            health:
              storagedriver:
                enabled: true
                interval: 10s
                threshold: 3
            """);

    assertThat(configuration.standIn().headers().first("X-Content-Type-Options"))
        .contains("nosniff");
    assertThat(configuration.standIn().warnings())
        .satisfiesExactly(
            fields -> assertThat(fields).contains("config.yml:4: log.fields isn't supported"),
            health -> assertThat(health).contains("config.yml:16: health isn't supported"));
  }

  @Test
  void theRemoteStandsBehindTheListener() throws Exception {
    Configuration configuration =
        read(
            Optional.empty(),
            Map.of(
                "REGISTRY_PROXY_REMOTEURL", "https://registry-1.docker.io",
                "REGISTRY_PROXY_USERNAME", "me",
                "REGISTRY_PROXY_PASSWORD", "secret"));

    assertThat(configuration.listen().getFirst().upstream()).contains(HUB);
    assertThat(configuration.upstreams()).containsOnlyKeys(HUB);
    assertThat(configuration.toString()).doesNotContain("secret");
    assertThat(configuration.standIn().warnings()).isEmpty();
  }

  @Test
  void aVariableWinsOverTheFile() throws Exception {
    Configuration configuration =
        read(
            Optional.of("{http: {addr: ':1', host: 'http://a'}, log: {level: warn}}"),
            Map.of("REGISTRY_HTTP_ADDR", ":2", "REGISTRY_LOG", "{formatter: json}"));

    assertThat(address(configuration)).isEqualTo(":2");
    assertThat(configuration.names()).containsExactly(new RegistryName("a"));
    assertThat(configuration.log().format()).isEqualTo(LogFormat.JSON);
    assertThat(configuration.log().level())
        .as("the whole section is replaced")
        .isEqualTo(Level.INFO);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {http: {prefix: /x/}}                           | http.prefix
          {http: {draintimeout: 5s}}                      | http.draintimeout
          {http: {tls: {letsencrypt: {email: a@b}}}}      | http.tls.letsencrypt
          {http: {tls: {minimumtls: tls1.3}}}             | http.tls.minimumtls
          {http: {tls: {ciphersuites: [A]}}}              | http.tls.ciphersuites
          {http: {debug: {prometheus: {enabled: true}}}}  | http.debug.prometheus
          {http: {new: 1}}                                | http.new
          {log: {hooks: [{type: mail}]}}                  | log.hooks
          {log: {reportcaller: true}}                     | log.reportcaller
          {storage: {filesystem: {maxthreads: 5}}}        | storage.filesystem.maxthreads
          {storage: {maintenance: {uploadpurging: {enabled: false}}}} | storage.maintenance.uploadpurging
          {storage: {tag: {concurrencylimit: 5}}}         | storage.tag.concurrencylimit
          {proxy: {remoteurl: 'http://a', ttl: 168h}}     | proxy.ttl
          {proxy: {username: me}}                         | proxy
          {proxy: {remoteurl: 'http://a', exec: {command: b}}} | proxy
          {health: {tcp: [{addr: a}]}}                    | health
          {notifications: {events: {includereferences: true}}} | notifications.events
          {redis: {addr: a}}                              | redis
          {middleware: {registry: [{name: a}]}}           | middleware
          {reporting: {bugsnag: {apikey: a}}}             | reporting
          {catalog: {maxentries: 5}}                      | catalog.maxentries
          {compatibility: {schema1: {enabled: true}}}     | compatibility.schema1
          {validation: {enabled: true}}                   | validation
          {policy: {repository: {classes: [a]}}}          | policy
          {typo: 1}                                       | typo
          """)
  void whatIsntSupportedIsNamed(String yaml, String name) throws Exception {
    assertThat(file(yaml).standIn().warnings())
        .singleElement()
        .asString()
        .startsWith(folder.resolve("config.yml") + ":2: " + name + " isn't supported: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{http: {secret: s, relativeurls: true, http2: {disabled: true}}}",
        "{http: {debug: {prometheus: {enabled: false}}}}",
        "{storage: {cache: {blobdescriptor: inmemory}, redirect: {disable: true}}}",
        "{storage: {filesystem: , delete: {enabled: false}, maintenance: {readonly: {enabled:"
            + " false}}}}",
        "{validation: {disabled: true}, compatibility: {schema1: {enabled: false}}}",
        "{proxy: {remoteurl: 'http://a', ttl: 0}}",
        "{auth: , http: {tls: }}",
      })
  void whatLarderDoesAnywayIsntSpokenOf(String yaml) throws Exception {
    assertThat(file(yaml).standIn().warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{auth: {token: {realm: a}}}",
        "{auth: {silly: }}",
        "{auth: {htpasswd: {realm: a}}}",
        "{http: {tls: {certificate: a.pem}}}",
        "{auth: token}",
        "{storage: {s3: {bucket: a}}}",
        "{storage: {inmemory: }}",
        "{storage: s3}",
        "{http: {tls: {clientcas: [a.pem]}}}",
        "{http: {net: unix, addr: /run/registry.sock}}",
        "{http: {addr: nowhere}}",
        "{http: {headers: {'a b': [c]}}}",
        "{http: {headers: {a: [\"b\\r\\nc\"]}}}",
        "{log: {level: loud}}",
        "{log: {accesslog: {disabled: perhaps}}}",
        "{proxy: {remoteurl: registry-1.docker.io}}",
        "{proxy: {remoteurl: 'https://me:secret@a'}}",
      })
  void whatWouldBeUnsafeOrMeansNothingEndsTheStart(String yaml) {
    assertThatThrownBy(() -> file(yaml))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("config.yml:2: ")
        .hasMessageNotContaining("secret");
  }

  @Test
  void variablesOfOthersAreNoSettings() throws Exception {
    Map<String, String> others =
        Map.of(
            "REGISTRY_AUTH_FILE", "/root/auth.json",
            "REGISTRY_PORT", "tcp://10.0.0.1:5000",
            "REGISTRY_CONFIGURATION_PATH", "/etc/config.yml");
    assertThat(DistributionSettings.variables(others)).isEmpty();

    Map<String, String> environment = new HashMap<>(others);
    environment.put("REGISTRY_HTTP_ADDR", ":5000");
    assertThat(DistributionSettings.variables(environment)).containsExactly("REGISTRY_HTTP_ADDR");
    assertThat(read(Optional.empty(), environment).standIn().warnings())
        .containsExactly("REGISTRY_PORT is no setting of registry:2");
  }

  @Test
  void aVariableThatIsntSupportedIsNamed() throws Exception {
    assertThat(
            read(Optional.empty(), Map.of("REGISTRY_HTTP_TLS_LETSENCRYPT_HOSTS_0", "a"))
                .standIn()
                .warnings())
        .singleElement()
        .asString()
        .startsWith("REGISTRY_HTTP_TLS_LETSENCRYPT_HOSTS_0: http.tls.letsencrypt isn't supported");
  }

  @Test
  void aVariableThatIsntYamlIsNamedWithoutItsValue() {
    assertThatThrownBy(() -> read(Optional.empty(), Map.of("REGISTRY_PROXY_PASSWORD", "@secret")))
        .hasMessageContaining("REGISTRY_PROXY_PASSWORD")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          data: /x           | is no configuration of registry:2, which begins with version: 0.1
          version: 0.2       | :1: version must be 0.1
          version: [         | config.yml:
          """)
  void aFileOfAnotherKindIsRefused(String content, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("config.yml"), content);
    assertThatThrownBy(() -> DistributionSettings.read(Optional.of(file), Map.of()))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFileWithWhatNoYamlMayHaveIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("config.yml"), "version: 0.1\u0000");
    assertThatThrownBy(() -> DistributionSettings.read(Optional.of(file), Map.of()))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("config.yml");
  }

  @Test
  void usersAndCertificateAreTakenAndPullsNeedALoginToo() throws Exception {
    Configuration configuration =
        file(
            "{auth: {htpasswd: {realm: r, path: /users}},"
                + " http: {tls: {certificate: /c.pem, key: /k.pem}}}");
    assertThat(configuration.tls()).contains(new Tls(Path.of("/c.pem"), Path.of("/k.pem")));
    assertThat(configuration.access().passwords()).contains(Path.of("/users"));
    assertThat(configuration.access().anonymousPull()).isFalse();
  }

  @Test
  void flagsWin() throws Exception {
    ListenAddress other = new ListenAddress("127.0.0.1", 1, Optional.empty());
    Configuration configuration =
        file("{http: {addr: ':5000'}}")
            .with(
                new ServeFlags(
                    List.of(other),
                    List.of(),
                    Optional.of(LogFormat.JSON),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(true),
                    Optional.empty(),
                    Optional.empty()),
                Optional.of(Path.of("/data")));
    assertThat(configuration.listen()).containsExactly(other);
    assertThat(configuration.data()).isEqualTo(Path.of("/data"));
    assertThat(configuration.log().format()).isEqualTo(LogFormat.JSON);
    assertThat(configuration.offline()).isTrue();
  }

  private Configuration file(String yaml) throws CommandException, IOException {
    return read(Optional.of(yaml), Map.of());
  }

  /** The first line says the version; a document in one line stands on the second. */
  private Configuration read(Optional<String> yaml, Map<String, String> environment)
      throws CommandException, IOException {
    Optional<Path> file = Optional.empty();
    if (yaml.isPresent()) {
      String content =
          yaml.get().startsWith("{")
              ? "{version: 0.1,\n" + yaml.get().substring(1)
              : "version: 0.1\n" + yaml.get();
      file = Optional.of(Files.writeString(folder.resolve("config.yml"), content));
    }
    return DistributionConfiguration.of(DistributionSettings.read(file, environment));
  }
}
