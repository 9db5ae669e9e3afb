package dev.larder.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.engine.Engine;
import dev.larder.engine.FakeEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KindNetworkTest {
  @TempDir private Path home;
  private FakeEngine fake;

  @BeforeEach
  void start() throws Exception {
    fake = new FakeEngine();
  }

  @AfterEach
  void stop() {
    fake.close();
  }

  /** As kind's own tests have them. */
  @Test
  void theIpv6RangeIsTheOneThatKindDerives() {
    assertThat(KindNetwork.uniqueLocal("kind", 0)).isEqualTo("fc00:f853:ccd:e793::/64");
    assertThat(KindNetwork.uniqueLocal("foo", 1)).isEqualTo("fc00:8edf:7f02:ec8f::/64");
  }

  @Test
  void kindsVariableNamesAnother() throws Exception {
    try (Engine engine = fake.connect(home)) {
      assertThat(KindNetwork.name(engine, Map.of())).isEqualTo("kind");
      assertThat(
              KindNetwork.name(
                  engine,
                  Map.of(
                      "KIND_EXPERIMENTAL_DOCKER_NETWORK", "mine",
                      "KIND_EXPERIMENTAL_PODMAN_NETWORK", "podmans")))
          .isEqualTo("mine");
    }
  }

  @Test
  void whereIpv6CantBeTheNetworkIsMadeWithoutIt() throws Exception {
    fake.answer(
        "POST /networks/create",
        500,
        "{\"message\": \"Cannot read IPv6 setup for bridge br-1: no such file or directory\"}");
    made();

    try (Engine engine = fake.connect(home)) {
      KindNetwork.make(engine, "kind");
    }

    assertThat(creations().getFirst()).contains("\"EnableIPv6\":true", "fc00:f853:ccd:e793::/64");
    assertThat(creations().get(1)).contains("\"EnableIPv6\":false").doesNotContain("fc00");
  }

  @Test
  void whereTheIpv6RangeIsTakenTheNextOneIsTried() throws Exception {
    fake.answer(
        "POST /networks/create",
        403,
        "{\"message\": \"Pool overlaps with other one on this address space\"}");
    made();

    try (Engine engine = fake.connect(home)) {
      KindNetwork.make(engine, "kind");
    }

    assertThat(creations().get(1)).contains(KindNetwork.uniqueLocal("kind", 1));
  }

  @Test
  void theIpv4RangeThatTheEngineChoseIsSet() throws Exception {
    made();

    try (Engine engine = fake.connect(home)) {
      KindNetwork.make(engine, "kind");
    }

    assertThat(fake.requests()).contains("DELETE /networks/abc");
    assertThat(creations()).last().asString().contains("\"Subnet\":\"172.18.0.0/16\"");
  }

  @Test
  void oneThatKindHasMadeMeanwhileIsTaken() throws Exception {
    fake.answer(
        "POST /networks/create", 409, "{\"message\": \"network with name kind already exists\"}");
    fake.answer(
        "GET /networks/kind",
        200,
        """
        {"Id": "theirs", "Name": "kind", "Driver": "bridge", "Containers": {"c": {"Name": "node"}}}
        """);

    try (Engine engine = fake.connect(home)) {
      assertThat(KindNetwork.make(engine, "kind").id()).isEqualTo("theirs");
    }
    assertThat(creations()).hasSize(1);
  }

  private void made() {
    fake.answer("POST /networks/create", 201, "{\"Id\": \"abc\"}");
    fake.answer("DELETE /networks/abc", 204, "");
    fake.answer(
        "GET /networks/abc",
        200,
        """
        {"Id": "abc", "Name": "kind", "Driver": "bridge",
         "IPAM": {"Config": [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}]}}
        """);
  }

  private List<String> creations() {
    return fake.requests().stream()
        .filter(request -> request.startsWith("POST /networks/create"))
        .toList();
  }
}
