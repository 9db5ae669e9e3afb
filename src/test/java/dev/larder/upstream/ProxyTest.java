package dev.larder.upstream;

import static dev.larder.upstream.Lab.APP;
import static dev.larder.upstream.Lab.failed;
import static dev.larder.upstream.Lab.found;
import static dev.larder.upstream.Lab.read;
import static dev.larder.upstream.Lab.reference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.testing.FakeAuthentication;
import dev.larder.testing.FakeProxy;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestCertificates;
import dev.larder.testing.TestImages;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.impl.InMemoryDnsResolver;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams behind TLS, behind proxies, and behind both. */
class ProxyTest {
  private static final Reference ONE = reference("1");
  private static final RegistryName NAME = new RegistryName("registry.test");

  @TempDir private static Path certificateFolder;
  private static TestCertificates certificates;
  @TempDir private Path folder;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = TestCertificates.create(certificateFolder);
  }

  @Test
  void authorityOfTheCaFileIsTrusted() {
    try (Lab lab = tls()) {
      found(lab.registry(trusting(lab.fake.url()), Lab.PATIENT).headManifest(APP, ONE));
    }
  }

  @Test
  void unknownAuthorityIsAFailureThatNamesTheCaFile() {
    try (Lab lab = tls()) {
      assertThat(failed(lab.registry().headManifest(APP, ONE)))
          .contains("TLS failed")
          .contains("configure ca-file");
      assertThat(lab.fake.requests()).isEmpty();
    }
  }

  @Test
  void aCertificateOfAnotherHostIsAFailure() {
    try (Lab lab = tls();
        FakeProxy proxy = FakeProxy.to(lab.fake)) {
      UpstreamSettings other = trusting(URI.create("https://other.test:" + lab.fake.port()));
      InMemoryDnsResolver here = new InMemoryDnsResolver();
      here.add("other.test", InetAddress.getLoopbackAddress());
      for (UpstreamRegistry registry :
          List.of(
              lab.registry(other, Lab.PATIENT, ProxySettings.NONE, here),
              behind(lab, proxy, trusting(URI.create("https://other.test"))))) {
        assertThat(failed(registry.headManifest(APP, ONE)))
            .contains("TLS failed")
            .contains("other.test");
      }
      assertThat(lab.fake.requests()).isEmpty();
    }
  }

  @Test
  void plainHttpBehindAnHttpsUrlIsAFailureThatSaysSo() {
    try (Lab lab = new Lab(folder)) {
      URI url = URI.create("https://127.0.0.1:" + lab.fake.port());
      assertThat(failed(lab.registry(trusting(url), Lab.PATIENT).headManifest(APP, ONE)))
          .contains("TLS failed")
          .contains("configure its url with http://");
    }
  }

  @Test
  void redirectFromHttpsToHttpIsFollowedForConfiguredUpstreamsOnly() throws Exception {
    try (Lab lab = tls();
        FakeUpstream plain = FakeUpstream.start()) {
      byte[] content = TestImages.bytes(3, 10);
      Digest digest = Digest.sha256(content);
      plain.putFile("/data", content);
      lab.fake.fail(SeenRequest::isBlob, new Fault.Redirect(plain.url().resolve("/data")));
      UpstreamSettings settings = trusting(lab.fake.url());
      assertThat(read(found(lab.blob(lab.registry(settings, Lab.PATIENT), digest))))
          .isEqualTo(content);

      AddressGuard guard =
          AddressGuard.configured(
              SystemDefaultDnsResolver.INSTANCE, "127.0.0.1", Set.of("127.0.0.1"));
      try (Transport transport =
          new Transport(
              guard,
              Trust.context(settings.caFile()),
              Lab.PATIENT,
              ProxySettings.NONE,
              lab.clock)) {
        UpstreamRegistry stranger =
            new HttpUpstreamRegistry(
                new UpstreamSettings(
                    settings.name(), settings.url(), false, settings.caFile(), Optional.empty()),
                transport,
                lab.docker(),
                Lab.PATIENT,
                lab.clock);
        assertThat(failed(lab.blob(stranger, digest))).contains("from https to http");
      }
    }
  }

  @Test
  void tokenIsNotAskedForWithoutTls() {
    try (Lab lab = tls();
        FakeUpstream plain = FakeUpstream.start()) {
      lab.fake.authenticate(
          FakeAuthentication.Bearer.anonymous().withRealm(plain.url().resolve("/token")));
      assertThat(failed(lab.registry(trusting(lab.fake.url()), Lab.PATIENT).headManifest(APP, ONE)))
          .contains("its token endpoint is not an https URL");
      assertThat(plain.requests()).isEmpty();
    }
  }

  @Test
  void httpsGoesThroughTheProxyByConnect() {
    try (Lab lab = tls();
        FakeProxy proxy = FakeProxy.to(lab.fake)) {
      UpstreamRegistry registry = behind(lab, proxy, trusting(URI.create("https://registry.test")));
      found(registry.headManifest(APP, ONE));
      found(registry.headManifest(APP, ONE));
      assertThat(proxy.asked()).containsExactly("CONNECT registry.test:443 HTTP/1.1");
      assertThat(lab.fake.requests().getFirst().header("Host")).contains("registry.test");
    }
  }

  @Test
  void httpGoesThroughTheProxyAsAWholeUrl() {
    try (Lab lab = plain();
        FakeProxy proxy = FakeProxy.to(lab.fake)) {
      found(behind(lab, proxy, at("http://registry.test:5000")).headManifest(APP, ONE));
      assertThat(proxy.asked())
          .containsExactly("HEAD http://registry.test:5000/v2/org/app/manifests/1 HTTP/1.1");
    }
  }

  @Test
  void proxyMayWantALoginThatTheUpstreamNeverSees() {
    try (Lab lab = tls();
        FakeProxy proxy = FakeProxy.to(lab.fake, "me:secret")) {
      found(
          behind(lab, proxy, trusting(URI.create("https://registry.test"))).headManifest(APP, ONE));
      assertThat(lab.fake.requests())
          .allMatch(request -> request.header("Proxy-Authorization").isEmpty());
    }
    try (Lab lab = plain();
        FakeProxy proxy = FakeProxy.to(lab.fake, "me:secret")) {
      found(behind(lab, proxy, at("http://registry.test")).headManifest(APP, ONE));
    }
  }

  @Test
  void proxyThatIsGoneIsAFailureThatTellsNoPassword() {
    try (Lab lab = plain()) {
      FakeProxy proxy = FakeProxy.to(lab.fake, "me:secret");
      proxy.close();
      assertThat(failed(behind(lab, proxy, at("http://registry.test")).headManifest(APP, ONE)))
          .contains("the connection was refused")
          .doesNotContain("secret");
    }
  }

  @Test
  void whatNoProxyNamesIsReachedDirectly() {
    try (Lab lab = plain();
        FakeProxy proxy = FakeProxy.to(lab.fake)) {
      found(behind(lab, proxy, lab.settings()).headManifest(APP, ONE));
      assertThat(proxy.asked()).isEmpty();
    }
  }

  @Test
  void unconfiguredAddressOfThisMachineIsNotAskedOfTheProxyEither() {
    try (Lab lab = plain();
        FakeProxy proxy = FakeProxy.to(lab.fake)) {
      UpstreamRegistry registry =
          lab.unconfigured(
              new RegistryName("10.1.2.3:5000"), through(proxy), SystemDefaultDnsResolver.INSTANCE);
      assertThat(failed(registry.headManifest(APP, ONE))).contains("not at a public address");
      assertThat(proxy.asked()).isEmpty();
    }
  }

  @Test
  void caFileThatHoldsNoCertificateIsAnErrorAtOnce() throws Exception {
    Path file = Files.writeString(folder.resolve("wrong.pem"), "nothing");
    UpstreamSettings settings =
        new UpstreamSettings(
            NAME, URI.create("https://registry.test"), true, Optional.of(file), Optional.empty());
    assertThatThrownBy(settings::validate)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("upstream registry.test: ca-file " + file);
  }

  private Lab tls() {
    Lab lab = new Lab(folder, FakeUpstream.startTls(certificates.server()));
    lab.fake.putImage("org/app", "1", TestImages.image("app", 10));
    return lab;
  }

  private Lab plain() {
    Lab lab = new Lab(folder);
    lab.fake.putImage("org/app", "1", TestImages.image("app", 10));
    return lab;
  }

  private static UpstreamSettings trusting(URI url) {
    return new UpstreamSettings(
        NAME, url, true, Optional.of(certificates.authority()), Optional.empty());
  }

  private static UpstreamSettings at(String url) {
    return new UpstreamSettings(NAME, URI.create(url), true, Optional.empty(), Optional.empty());
  }

  private static UpstreamRegistry behind(Lab lab, FakeProxy proxy, UpstreamSettings settings) {
    return lab.registry(settings, Lab.PATIENT, through(proxy), SystemDefaultDnsResolver.INSTANCE);
  }

  private static ProxySettings through(FakeProxy proxy) {
    return ProxySettings.fromEnvironment(
        Map.of("http_proxy", proxy.url().toString(), "https_proxy", proxy.url().toString()));
  }
}
