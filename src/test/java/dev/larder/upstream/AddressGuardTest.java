package dev.larder.upstream;

import static dev.larder.upstream.Lab.failed;
import static dev.larder.upstream.Lab.reference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.RegistryName;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
  private static final InetAddress PUBLIC = InetAddress.ofLiteral("1.1.1.1");
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

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

  /** A resolver that gives those answers in turn, the last one for ever. */
  private static DnsResolver resolver(List<List<InetAddress>> answers) {
    Deque<List<InetAddress>> left = new ArrayDeque<>(answers);
    return new DnsResolver() {
      @Override
      public InetAddress[] resolve(String host) {
        List<InetAddress> now = left.size() > 1 ? left.removeFirst() : left.getFirst();
        return now.toArray(InetAddress[]::new);
      }

      @Override
      public String resolveCanonicalHostname(String host) {
        return host;
      }
    };
  }

  @Test
  void publicNameOfAPrivateAddressIsNotConnectedTo() {
    UpstreamRegistry registry =
        lab.unconfigured(
            new RegistryName("registry.example:" + lab.fake.port()),
            ProxySettings.NONE,
            resolver(List.of(List.of(LOOPBACK))));
    assertThat(failed(registry.headManifest(Lab.APP, reference("1"))))
        .contains("registry.example is not at a public address")
        .contains("name it under upstreams in the configuration");
    assertThat(lab.fake.connectionsAccepted()).isZero();
  }

  @Test
  void nameThatTurnsPrivateAfterItsFirstUseIsNotConnectedToThen() throws Exception {
    AddressGuard guard =
        AddressGuard.publicOnly(resolver(List.of(List.of(PUBLIC), List.of(LOOPBACK))));
    assertThat(guard.resolve("registry.example")).containsExactly(PUBLIC);
    assertThatThrownBy(() -> guard.resolve("registry.example"))
        .isInstanceOf(ForbiddenAddressException.class);
  }

  @Test
  void eachConnectionIsMadeToTheVeryAddressesOfOneLookUp() {
    AtomicInteger lookUps = new AtomicInteger();
    DnsResolver counting =
        new DnsResolver() {
          @Override
          public InetAddress[] resolve(String host) {
            lookUps.incrementAndGet();
            return new InetAddress[] {LOOPBACK};
          }

          @Override
          public String resolveCanonicalHostname(String host) {
            return host;
          }
        };
    RegistryName name = new RegistryName("registry.example:" + lab.fake.port());
    UpstreamSettings settings =
        new UpstreamSettings(
            name, URI.create("http://" + name), true, Optional.empty(), Optional.empty());
    UpstreamRegistry registry = lab.registry(settings, Lab.PATIENT, ProxySettings.NONE, counting);
    Lab.found(registry.headManifest(Lab.APP, reference("1")));
    assertThat(lookUps).hasValue(1);
  }

  @Test
  void ofSeveralAddressesOnlyThePublicOnesAreLeftAndNotTooMany() throws Exception {
    List<InetAddress> many =
        Arrays.asList(
            LOOPBACK,
            PUBLIC,
            InetAddress.ofLiteral("1.0.0.1"),
            InetAddress.ofLiteral("8.8.8.8"),
            InetAddress.ofLiteral("fd00::1"),
            InetAddress.ofLiteral("2606:4700::1"));
    assertThat(AddressGuard.publicOnly(resolver(List.of(many))).resolve("registry.example"))
        .containsExactly(
            PUBLIC, InetAddress.ofLiteral("1.0.0.1"), InetAddress.ofLiteral("2606:4700::1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.1.2.3"})
  void addressesInPlaceOfNamesAreNotConnectedTo(String host) {
    UpstreamRegistry registry =
        lab.upstreams(Map.of(), Lab.SHORT, ProxySettings.NONE, SystemDefaultDnsResolver.INSTANCE)
            .registry(new RegistryName(host + ":" + lab.fake.port()))
            .orElseThrow();
    assertThat(failed(registry.headManifest(Lab.APP, reference("1"))))
        .contains("not at a public address");
    assertThat(lab.fake.connectionsAccepted()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "[::1]",
        "10.0.0.1",
        "localhost",
        "registry.localhost",
        "LOCALHOST",
        "2130706433",
        "127.1",
        "0x7f.1",
        "0x7f000001"
      })
  void whatAProxyIsToResolveMustNotNameThisMachineOrAPrivateAddress(String host) {
    AddressGuard guard = AddressGuard.publicOnly(resolver(List.of(List.of(PUBLIC))));
    assertThatThrownBy(() -> guard.checkWithoutResolving(host))
        .isInstanceOf(ForbiddenAddressException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"quay.io", "1.1.1.1", "[2606:4700::1111]", "4server.example"})
  void whatAProxyIsToResolveMayBeAnythingElse(String host) {
    AddressGuard guard = AddressGuard.publicOnly(resolver(List.of(List.of(PUBLIC))));
    assertThatCode(() -> guard.checkWithoutResolving(host)).doesNotThrowAnyException();
  }

  @Test
  void configuredUpstreamLeadsToConfiguredHostsItsOwnAddressesAndPublicOnes() throws Exception {
    Map<String, InetAddress> names =
        Map.of(
            "mine.example", InetAddress.ofLiteral("10.0.0.1"),
            "same-machine.example", InetAddress.ofLiteral("10.0.0.1"),
            "other.example", InetAddress.ofLiteral("10.0.0.2"),
            "secret.example", InetAddress.ofLiteral("10.0.0.3"),
            "cdn.example", PUBLIC);
    DnsResolver dns =
        new DnsResolver() {
          @Override
          public InetAddress[] resolve(String host) throws UnknownHostException {
            InetAddress address = names.get(host);
            if (address == null) {
              throw new UnknownHostException(host);
            }
            return new InetAddress[] {address};
          }

          @Override
          public String resolveCanonicalHostname(String host) {
            return host;
          }
        };
    AddressGuard guard =
        AddressGuard.configured(dns, "mine.example", Set.of("mine.example", "other.example"));
    for (String allowed :
        List.of("mine.example", "same-machine.example", "other.example", "cdn.example")) {
      assertThat(guard.resolve(allowed)).hasSize(1);
    }
    assertThatThrownBy(() -> guard.resolve("secret.example"))
        .isInstanceOf(ForbiddenAddressException.class);
  }

  @Test
  void redirectOfAConfiguredUpstreamIntoAPrivateNetworkIsNotFollowed() {
    lab.fake.fail(
        SeenRequest::isManifest, new Fault.Redirect(URI.create("http://10.11.12.13/manifest")));
    assertThat(failed(lab.registry().manifest(Lab.APP, reference("1"))))
        .contains("10.11.12.13 is not at a public address");
  }
}
