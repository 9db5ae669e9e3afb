package dev.larder.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.FakeEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What engines refuse while containers are made; the rest is {@link PlanTest}'s. */
class UpTest {
  private static final String CREATE = "POST /containers/create";
  private static final String START = "POST /containers/larder/start";
  private static final String AUTO_RANGE =
      """
      {"message": "user specified IP address is supported only when connecting to networks with user configured subnets"}
      """;

  @TempDir private Path home;
  private FakeEngine fake;
  private Instant now = Instant.EPOCH;

  @BeforeEach
  void start() throws Exception {
    fake = new FakeEngine();
    fake.answer("GET /containers/json", 200, "[]");
    fake.answer(
        "GET /networks/kind",
        200,
        """
        {"Id": "abc", "Name": "kind", "Driver": "bridge",
         "IPAM": {"Config": [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}]}}
        """);
    fake.answer("GET /volumes/larder", 200, "{\"Name\": \"larder\"}");
    fake.answer(CREATE, 201, "{\"Id\": \"id1\"}");
    fake.answer("DELETE /containers/id1", 204, "");
  }

  @AfterEach
  void stop() {
    fake.close();
  }

  @Test
  void whereTheEngineGivesNoFixedAddressTheContainerGetsAny() throws Exception {
    fake.answer(START, 400, AUTO_RANGE);
    fake.answer(START, 500, "{\"message\": \"no space left\"}");

    assertThatThrownBy(this::up)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("no space left");

    List<String> creations =
        fake.requests().stream().filter(request -> request.startsWith(CREATE)).toList();
    assertThat(creations).hasSize(2);
    assertThat(creations.getFirst()).contains("\"IPv4Address\":\"172.18.255.254\"");
    assertThat(creations.getLast()).doesNotContain("172.18.255.254");
  }

  @Test
  void aPortThatAProcessHasIsToldAndNoContainerIsLeft() {
    fake.answer(
        START, 500, "{\"message\": \"listen tcp4 127.0.0.1:5001: bind: address already in use\"}");

    assertThatThrownBy(this::up)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("port 5001 of 127.0.0.1 is taken by a process")
        .hasMessageContaining("--port");
    assertThat(fake.requests()).contains("DELETE /containers/id1");
  }

  @Test
  void aContainerThatEndsAtOnceIsToldWithWhatItWrote() {
    fake.answer(START, 204, "");
    fake.answer(
        "GET /containers/larder/json",
        200,
        """
        {"Id": "id1", "Name": "/larder", "Image": "sha256:1", "Config": {"Labels": {}},
         "HostConfig": {}, "State": {"Status": "restarting"}}
        """);
    fake.answer("GET /containers/larder/logs", 200, "\1\0\0\0\0\0\0\4oops");

    assertThatThrownBy(this::up)
        .isInstanceOf(DeployException.class)
        .hasMessageContaining("has ended right after its start")
        .hasMessageContaining("oops");
  }

  private void up() throws Exception {
    try (Engine engine = fake.connect(home)) {
      Settings settings =
          new Settings(
              "larder",
              "1.2.3",
              "larder:1.2.3",
              5001,
              new Storage.Volume("larder"),
              Map.of(),
              false,
              "kind",
              false,
              "/run/d.sock");
      new Up(engine, new Readiness(() -> now, this::pass), _ -> {}).run(settings, "sha256:1");
    }
  }

  private void pass(Duration duration) {
    now = now.plus(duration);
  }
}
