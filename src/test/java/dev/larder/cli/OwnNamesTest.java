package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.RegistryName;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnNamesTest {
  private static final OwnNames NAMES =
      new OwnNames(
          Set.of(new RegistryName("larder:5000")), Set.of(new RegistryName("localhost:6000")));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "larder:5000",
        "localhost",
        "localhost:5001",
        "127.0.0.1:5001",
        "127.1.2.3",
        "[::1]:5001",
        "k3d-registry.localhost:12345"
      })
  void namesThatAreGivenAndThoseOfTheLoopbackAddressAreOurs(String name) {
    assertThat(NAMES).accepts(new RegistryName(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "larder",
        "quay.io",
        "127.0.0.1.example",
        "localhost.example:5000",
        "10.0.0.1:5000"
      })
  void othersAreUpstreams(String name) {
    assertThat(NAMES).rejects(new RegistryName(name));
  }

  @Test
  void anUpstreamOfTheConfigurationIsOneEvenAtTheLoopbackAddress() {
    assertThat(NAMES).rejects(new RegistryName("localhost:6000"));
  }
}
