package dev.larder.upstream;

import static dev.larder.upstream.Lab.APP;
import static dev.larder.upstream.Lab.found;
import static dev.larder.upstream.Lab.reference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.testing.TestImages;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamsTest {
  private static final RegistryName QUAY = new RegistryName("quay.io");

  @TempDir private Path folder;
  private Lab lab;

  @BeforeEach
  void start() {
    lab = new Lab(folder);
    lab.fake.putImage("org/app", "1", TestImages.image("app", 10));
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  private Upstreams upstreams(UpstreamRules rules) {
    return new Upstreams(
        Map.of(lab.fake.name(), lab.settings()),
        rules,
        Lab.PATIENT,
        lab.clock,
        lab.docker(),
        ProxySettings.NONE);
  }

  @Test
  void everyPublicRegistryUnlessTheRulesSayOtherwise() {
    try (Upstreams all = upstreams(UpstreamRules.ALL);
        Upstreams named = upstreams(new UpstreamRules(false, Set.of(), false));
        Upstreams some = upstreams(new UpstreamRules(true, Set.of(QUAY, lab.fake.name()), false))) {
      assertThat(all.registry(QUAY)).isPresent();
      assertThat(named.registry(QUAY)).isEmpty();
      assertThat(named.registry(lab.fake.name())).isPresent();
      assertThat(some.registry(QUAY)).isEmpty();
      assertThat(some.registry(lab.fake.name())).isEmpty();
      assertThat(some.registry(RegistryName.DOCKER_HUB)).isPresent();
    }
  }

  @Test
  void offlineTheSameRegistriesAreThereAndNoneIsAsked() {
    try (Upstreams offline = upstreams(new UpstreamRules(true, Set.of(QUAY), true))) {
      assertThat(offline.registry(QUAY)).isEmpty();
      assertThat(offline.registry(new RegistryName("my_host.example"))).isEmpty();
      assertThat(offline.registry(RegistryName.DOCKER_HUB)).isPresent();
      UpstreamRegistry registry = offline.registry(lab.fake.name()).orElseThrow();
      assertThat(registry.headManifest(APP, reference("1"))).isInstanceOf(Answer.NotAsked.class);
      assertThat(lab.blob(registry, Digest.sha256(new byte[0])))
          .isInstanceOf(Answer.NotAsked.class);
      assertThat(lab.fake.connectionsAccepted()).isZero();
    }
  }

  @Test
  void registryIsMadeOnce() {
    try (Upstreams all = upstreams(UpstreamRules.ALL)) {
      assertThat(all.registry(QUAY).orElseThrow()).isSameAs(all.registry(QUAY).orElseThrow());
      assertThat(all.registry(lab.fake.name()).orElseThrow())
          .isSameAs(all.registry(lab.fake.name()).orElseThrow());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"my_host.example", "quay.io:99999", "quay.io:0"})
  void nameThatIsNoHostIsNoRegistry(String name) {
    try (Upstreams all = upstreams(UpstreamRules.ALL)) {
      assertThat(all.registry(new RegistryName(name))).isEmpty();
    }
  }

  @Test
  void configuredOneIsReachedWhereTheConfigurationSays() {
    RegistryName name = new RegistryName("quay.io");
    UpstreamSettings settings =
        new UpstreamSettings(name, lab.fake.url(), true, Optional.empty(), Optional.empty());
    found(lab.registry(settings, Lab.PATIENT).headManifest(APP, reference("1")));
  }

  @Test
  void nothingIsConnectedToBeforeItIsAsked() {
    upstreams(UpstreamRules.ALL).close();
    assertThat(lab.fake.connectionsAccepted()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quay.io",
        "ftp://quay.io",
        "https:///v2",
        "https://quay.io?a=secret",
        "https://quay.io#a",
        "https://me:secret@quay.io",
        "https://quay.io:99999"
      })
  void urlThatCannotBeAskedIsAnErrorThatNamesTheUpstream(String url) {
    UpstreamSettings settings =
        new UpstreamSettings(QUAY, URI.create(url), true, Optional.empty(), Optional.empty());
    assertThatThrownBy(settings::validate)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("upstream quay.io")
        .hasMessageNotContaining("secret");
  }

  @Test
  void filesThatAreNotThereAreErrorsThatNameThem() {
    Path missing = folder.resolve("missing");
    URI url = UpstreamSettings.defaultUrl(QUAY);
    assertThatThrownBy(
            () ->
                new UpstreamSettings(QUAY, url, true, Optional.of(missing), Optional.empty())
                    .validate())
        .hasMessage("upstream quay.io: ca-file %s is not there", missing);
    assertThatThrownBy(
            () ->
                new UpstreamSettings(
                        QUAY,
                        url,
                        true,
                        Optional.empty(),
                        Optional.of(new UpstreamSettings.PasswordFileLogin("me", missing)))
                    .validate())
        .hasMessage("upstream quay.io: password-file %s can't be read", missing);
  }

  @Test
  void dockerHubIsReachedAtItsRegistry() {
    assertThat(UpstreamSettings.unconfigured(RegistryName.DOCKER_HUB).url())
        .hasToString("https://registry-1.docker.io");
    assertThat(UpstreamSettings.unconfigured(RegistryName.DOCKER_HUB).server())
        .isEqualTo(RegistryName.DOCKER_HUB);
  }
}
