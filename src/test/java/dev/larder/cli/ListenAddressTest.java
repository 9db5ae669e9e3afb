package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.RegistryName;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {

  @Test
  void hostPortAndUpstreamAreRead() throws CommandException {
    assertThat(ListenAddress.parse("127.0.0.1:5000"))
        .isEqualTo(new ListenAddress("127.0.0.1", 5000, Optional.empty()));
    assertThat(ListenAddress.parse("localhost:5001=docker.io"))
        .isEqualTo(new ListenAddress("localhost", 5001, Optional.of(RegistryName.DOCKER_HUB)));
    assertThat(ListenAddress.parse("127.0.0.1:5002=registry.example:8443").upstream())
        .contains(new RegistryName("registry.example:8443"));
  }

  @Test
  void anIpv6AddressStandsInBrackets() throws CommandException {
    assertThat(ListenAddress.parse("[::1]:5000").host()).isEqualTo("::1");
  }

  @Test
  void withoutAHostItIsEveryAddress() throws CommandException {
    assertThat(ListenAddress.parse(":5000").socketAddress().getAddress().isAnyLocalAddress())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "5000",
        "localhost",
        "localhost:",
        "localhost:65536",
        "localhost:-1",
        "::1:5000",
        "localhost:5000=",
        "localhost:5000=no/registry",
        "localhost:5000=a=b"
      })
  void anythingElseIsRefusedWithASentence(String text) {
    assertThatThrownBy(() -> ListenAddress.parse(text))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("\"" + text + "\"");
  }
}
