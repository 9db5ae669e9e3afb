package dev.larder.cluster.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublishedPortTest {
  private static final RegistryProbe LARDER = new RegistryProbe(200, Optional.empty(), true);
  private static final RegistryProbe AIRPLAY =
      new RegistryProbe(403, Optional.of("AirTunes/845.5.1"), false);
  private static final RegistryProbe NGINX = new RegistryProbe(404, Optional.of("nginx"), false);

  private final PublishedPort check =
      new PublishedPort(Lab.larder(), "unix:///var/run/docker.sock");

  @Test
  void aRegistryIsRight() {
    assertThat(check.judge(5001, LARDER, Optional.empty())).isEmpty();
    assertThat(check.judge(5001, LARDER, Optional.of(NGINX))).isEmpty();
  }

  @Test
  void airPlayInLardersPlaceIsAnErrorAndBesideItANote() {
    assertThat(check.judge(5000, AIRPLAY, Optional.of(AIRPLAY)))
        .extracting(Finding::severity)
        .containsExactly(Severity.ERROR);
    assertThat(check.judge(5001, LARDER, Optional.of(AIRPLAY)))
        .extracting(Finding::severity)
        .containsExactly(Severity.NOTE);
  }

  @Test
  void whatIsNoRegistryIsAnError() {
    assertThat(check.judge(5001, NGINX, Optional.empty()))
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("5001", "404"));
  }

  @Test
  void thePortOfAnEngineElsewhereCantBeLookedAt() {
    assertThatThrownBy(() -> new PublishedPort(Lab.larder(), "tcp://ci:2376").run())
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("tcp://ci:2376");
  }

  @Test
  void readsWhoAnswers() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v2/",
        exchange -> {
          exchange.getResponseHeaders().set("Docker-Distribution-Api-Version", "registry/2.0");
          exchange.getResponseHeaders().set("Server", "one");
          exchange.sendResponseHeaders(401, -1);
          exchange.close();
        });
    server.start();
    String address = "127.0.0.1:" + server.getAddress().getPort();
    try {
      assertThat(RegistryProbe.ask(address))
          .isEqualTo(new RegistryProbe(401, Optional.of("one"), true));
    } finally {
      server.stop(0);
    }
    assertThatThrownBy(() -> RegistryProbe.ask(address)).isInstanceOf(IOException.class);
  }
}
