package dev.larder.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxySettingsTest {
  private static final URI PROXY = URI.create("http://proxy.example:3128");

  @Test
  void upperCaseComesFirstAndEachSchemeHasItsOwn() {
    ProxySettings settings =
        ProxySettings.fromEnvironment(
            Map.of(
                "HTTPS_PROXY", "proxy.example:3128",
                "https_proxy", "http://wrong.example",
                "http_proxy", "http://plain.example:80"));
    assertThat(settings.proxyFor(URI.create("https://quay.io/v2/"))).contains(PROXY);
    assertThat(settings.proxyFor(URI.create("http://quay.io/v2/")))
        .contains(URI.create("http://plain.example:80"));
  }

  @Test
  void emptyVariablesAreNoProxy() {
    assertThat(
            ProxySettings.fromEnvironment(Map.of("HTTPS_PROXY", "", "HTTP_PROXY", " "))
                .proxyFor(URI.create("https://quay.io/")))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "*, https://quay.io/",
    "quay.io, https://quay.io/",
    "QUAY.io, https://quay.io/",
    "quay.io, https://cdn.quay.io/",
    ".quay.io, https://cdn.quay.io/",
    "*.quay.io, https://cdn.quay.io/",
    "'a.example, quay.io', https://quay.io/",
    "'a.example quay.io', https://quay.io/",
    "quay.io:443, https://quay.io/",
    "quay.io:8443, https://quay.io:8443/",
    "10.1.2.3, https://10.1.2.3/",
    "10.1.2.3:5000, https://10.1.2.3:5000/",
    "10.0.0.0/8, https://10.1.2.3:5000/",
    "fd00::/8, https://[fd00::1]/",
    "[fd00::1]:5000, https://[fd00::1]:5000/",
    "fd00::1, https://[fd00::1]/",
    "none.example, https://localhost:5000/",
    "none.example, https://127.0.0.1:5000/",
    "none.example, https://[::1]:5000/"
  })
  void goesDirectly(String noProxy, URI target) {
    assertThat(settings(noProxy).proxyFor(target)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', https://quay.io/",
    ".quay.io, https://quay.io/",
    "*.quay.io, https://quay.io/",
    "ay.io, https://quay.io/",
    "quay.io:8443, https://quay.io/",
    "10.1.2.3:5000, https://10.1.2.3/",
    "10.0.0.0/8, https://11.1.2.3/",
    "10.0.0.0/8, https://registry.example/",
    "10.0.0.0/99, https://10.1.2.3/"
  })
  void goesThroughTheProxy(String noProxy, URI target) {
    assertThat(settings(noProxy).proxyFor(target)).contains(PROXY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5://me:secret@proxy:1080", "https://me:secret@proxy", "://secret"})
  void otherProxiesAreAnErrorThatNamesTheVariableAndNoPassword(String value) {
    assertThatThrownBy(() -> ProxySettings.fromEnvironment(Map.of("HTTPS_PROXY", value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HTTPS_PROXY")
        .hasMessageNotContaining("secret");
  }

  @Test
  void textHasNoPassword() {
    assertThat(
            ProxySettings.fromEnvironment(Map.of("HTTP_PROXY", "http://me:secret@proxy:3128"))
                .toString())
        .contains("proxy")
        .doesNotContain("secret");
  }

  private static ProxySettings settings(String noProxy) {
    return ProxySettings.fromEnvironment(
        Map.of("HTTPS_PROXY", PROXY.toString(), "NO_PROXY", noProxy));
  }
}
