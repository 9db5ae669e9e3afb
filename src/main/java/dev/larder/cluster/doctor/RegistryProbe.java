package dev.larder.cluster.doctor;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Who answers at an address of this machine.
 *
 * @param status the answer's status
 * @param server who it says that it is
 * @param registry whether it says that it is a registry
 */
record RegistryProbe(int status, Optional<String> server, boolean registry) {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /**
   * Asks for {@code /v2/}.
   *
   * @param address {@code host:port}
   * @throws IOException if nobody answers
   */
  static RegistryProbe ask(String address) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://" + address + "/v2/").toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout((int) PATIENCE.toMillis());
    connection.setReadTimeout((int) PATIENCE.toMillis());
    connection.setInstanceFollowRedirects(false);
    try {
      return new RegistryProbe(
          connection.getResponseCode(),
          Optional.ofNullable(connection.getHeaderField("Server")),
          connection.getHeaderField("Docker-Distribution-Api-Version") != null);
    } finally {
      connection.disconnect();
    }
  }

  /** Whether it is macOS's AirPlay receiver, which holds the ports 5000 and 7000. */
  boolean isAirPlay() {
    return server.filter(name -> name.startsWith("AirTunes")).isPresent();
  }
}
