package dev.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
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

  @Test
  void itSaysWhatItIs() throws Exception {
    try (Engine engine = fake.connect(home)) {
      assertThat(engine.name()).isEqualTo("Docker 28.5.2");
      assertThat(engine.podman()).isFalse();
      assertThat(engine.version().atLeast(28, 5)).isTrue();
      assertThat(engine.version().atLeast(29, 1)).isFalse();
    }
  }

  @Test
  void whatItRefusesIsToldInItsWords() throws Exception {
    fake.answer("POST /containers/one/start", 500, "{\"message\": \"no space left\"}\n");
    try (Engine engine = fake.connect(home)) {
      assertThatThrownBy(() -> engine.start("one"))
          .isInstanceOf(EngineException.class)
          .hasMessage("cannot start the container one: no space left");
    }
  }

  @Test
  void anAnswerThatIsntItsOwnIsToldAsItIs() throws Exception {
    fake.answer("POST /containers/one/start", 502, "<html>Bad Gateway</html>");
    try (Engine engine = fake.connect(home)) {
      assertThatThrownBy(() -> engine.start("one"))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("Bad Gateway");
    }
  }

  @Test
  void whatIsDoneAlreadyIsFine() throws Exception {
    fake.answer("POST /containers/one/start", 304, "");
    fake.answer("POST /containers/one/stop", 304, "");
    try (Engine engine = fake.connect(home)) {
      engine.start("one");
      engine.stop("one", Duration.ofSeconds(1));
      engine.remove("gone");
      engine.removeVolume("gone");
      engine.removeNetwork("gone");
      engine.removeImage("gone");
      engine.disconnect("kind", "gone");

      assertThat(engine.container("gone")).isEmpty();
      assertThat(engine.network("gone")).isEmpty();
      assertThat(engine.image("gone")).isEmpty();
      assertThat(engine.hasVolume("gone")).isFalse();
    }
  }

  @Test
  void aContainerThatGoesWhileAllAreListedDoesntCount() throws Exception {
    fake.answer("GET /containers/json", 200, "[{\"Id\": \"aa\"}]");
    try (Engine engine = fake.connect(home)) {
      assertThat(engine.containers(Map.of("app", ""), true)).isEmpty();
    }
  }

  @Test
  void anEngineThatHasGoneAwayIsNamed() throws Exception {
    try (Engine engine = fake.connect(home)) {
      fake.close();
      assertThatThrownBy(() -> engine.containers(Map.of(), true))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("cannot list containers")
          .hasMessageContaining(engine.address());
    }
  }

  @Test
  void whoWatchesIsToldThatTheEngineHasGoneAway() throws Exception {
    fake.answer(
        "GET /events",
        200,
        """
        {"Type":"container","Action":"exec_start","Actor":{"ID":"aa","Attributes":{}},"timeNano":2000000000}
        {"Type":"container","Action":"start","Actor":{"ID":"early","Attributes":{}},"timeNano":1000000000}
        {"Type":"container","Action":"start","Actor":{"ID":"aa","Attributes":{"name":"one"}},"timeNano":2000000000}
        """);
    List<Event> events = new java.util.ArrayList<>();
    try (Engine engine = fake.connect(home)) {
      assertThatThrownBy(() -> engine.watch(Instant.ofEpochSecond(1, 5), events::add))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("went away");
    }
    assertThat(events).extracting(Event::container).containsExactly("aa");
    assertThat(events.getFirst().kind()).isEqualTo(Event.Kind.STARTED);
  }

  @Test
  void whereNobodyListensTheMessageSaysWhatToDo() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 0, InetAddress.ofLiteral("127.0.0.1"))) {
      port = socket.getLocalPort();
    }
    assertThatThrownBy(() -> Engine.connect(Map.of("DOCKER_HOST", "tcp://127.0.0.1:" + port), home))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("DOCKER_HOST=tcp://127.0.0.1:" + port)
        .hasMessageContaining("does the engine run?");
  }

  @Test
  void aSocketThatNobodyListensAtIsToldFromOneThatIsntThere() throws Exception {
    Path socket = home.resolve("docker.sock");
    assertThatThrownBy(() -> Engine.connect(Map.of("DOCKER_HOST", "unix://" + socket), home))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("there is no " + socket);
    try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(Files.exists(socket)).isTrue();
    assertThatThrownBy(() -> Engine.connect(Map.of("DOCKER_HOST", "unix://" + socket), home))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("nobody listens at " + socket);
  }

  @Test
  void anEngineThatDoesntAnswerIsntWaitedForForEver() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
      EngineAddress address =
          EngineAddress.find(
              Map.of("DOCKER_HOST", "tcp://127.0.0.1:" + silent.getLocalPort()), home);
      try (Api api = new Api(address, home)) {
        assertThatThrownBy(() -> FirstAnswer.of(api, Duration.ofMillis(50)))
            .isInstanceOf(EngineException.class)
            .hasMessageContaining("hasn't answered");
      }
    }
  }
}
