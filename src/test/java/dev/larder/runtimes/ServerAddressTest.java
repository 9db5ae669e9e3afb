package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {

  @ParameterizedTest
  @CsvSource({
    "larder:5000, http://larder:5000, false",
    "http://larder:5000, http://larder:5000, false",
    "https://larder.example, https://larder.example, false",
    "localhost:5001, http://localhost:5001, true",
    "127.0.0.1:5002=docker.io, http://127.0.0.1:5002, true",
    "[::1]:5001, http://[::1]:5001, true",
    "localhost.example:5001, http://localhost.example:5001, false"
  })
  void anAddressIsAHostAndAPort(String text, String url, boolean loopback) {
    ServerAddress address = ServerAddress.parse(text).orElseThrow();
    assertThat(address.url()).isEqualTo(url);
    assertThat(address.isLoopback()).isEqualTo(loopback);
    assertThat(ServerAddress.parse(address.toString())).contains(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ftp://a", "http://a/path", "a b", "a:5000=", "a=b/c", "a=\"", "-"})
  void anythingElseIsNone(String text) {
    assertThat(ServerAddress.parse(text)).isEmpty();
  }
}
