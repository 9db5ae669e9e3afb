package dev.larder.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ControlServerTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonNode NOTHING = JSON.createObjectNode();
  private static final Operation ECHO = (arguments, progress) -> arguments;

  @TempDir Path folder;

  /** Goes on by a second whenever it is asked, so that no step is held back. */
  private final AtomicLong seconds = new AtomicLong();

  private final InstantSource clock = () -> Instant.ofEpochSecond(seconds.incrementAndGet());

  private Path socket() {
    return folder.resolve("larder.sock");
  }

  private ControlServer start(String name, Operation operation) throws IOException {
    return ControlServer.start(socket(), Map.of(name, operation), clock);
  }

  private JsonNode run(String name, JsonNode arguments, Progress progress)
      throws IOException, OperationException {
    try (ControlClient client = ControlClient.connect(socket()).orElseThrow()) {
      return client.run(name, arguments, progress);
    }
  }

  @Test
  void anOperationGetsItsArgumentsAndTheClientItsStepsAndItsResult() throws Exception {
    Step step = new Step("reading", Step.Unit.BYTES, 3, 7);
    Operation operation =
        (arguments, progress) -> {
          progress.report(step);
          return JSON.createObjectNode().put("said", arguments.path("word").asText());
        };
    List<Step> seen = new ArrayList<>();
    try (var _ = start("say", operation)) {
      JsonNode result = run("say", JSON.createObjectNode().put("word", "grüß\nGott"), seen::add);

      assertThat(result.path("said").asText()).isEqualTo("grüß\nGott");
    }
    assertThat(seen).containsExactly(step);
  }

  @Test
  void whatAnOperationGivesWhileItRunsComesAllOfItAndInOrder() throws Exception {
    Operation operation =
        (arguments, progress) -> {
          for (int i = 0; i < 1000; i++) {
            progress.give(JSON.createObjectNode().put("number", i));
          }
          return arguments;
        };
    List<Integer> given = new ArrayList<>();
    Progress taking =
        new Progress() {
          @Override
          public void report(Step step) {}

          @Override
          public void give(JsonNode item) {
            given.add(item.path("number").asInt());
          }
        };
    try (var _ =
        ControlServer.start(
            socket(), Map.of("count", operation), InstantSource.fixed(Instant.EPOCH))) {
      run("count", NOTHING, taking);
    }
    assertThat(given).hasSize(1000).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void theSameStepIsToldAFewTimesASecondAndANewOneAtOnce() throws Exception {
    Operation operation =
        (arguments, progress) -> {
          for (int i = 0; i < 1000; i++) {
            progress.report(new Step("first", Step.Unit.ITEMS, i, 1000));
          }
          progress.report(new Step("second", Step.Unit.ITEMS, 0, 0));
          return arguments;
        };
    List<Step> seen = new ArrayList<>();
    try (var _ =
        ControlServer.start(
            socket(), Map.of("count", operation), InstantSource.fixed(Instant.EPOCH))) {
      run("count", NOTHING, seen::add);
    }
    assertThat(seen).extracting(Step::what).containsExactly("first", "second");
  }

  @Test
  void theEndOfAStepIsToldHoweverSoonItComes() throws Exception {
    Operation copies =
        (arguments, progress) -> {
          for (int i = 0; i <= 3; i++) {
            progress.report(new Step("copying", Step.Unit.BYTES, i, 3));
          }
          return arguments;
        };
    List<Step> seen = new ArrayList<>();
    try (var _ = ControlServer.start(socket(), Map.of("copy", copies), () -> Instant.EPOCH)) {
      run("copy", NOTHING, seen::add);
    }
    assertThat(seen).extracting(Step::done).containsExactly(0L, 3L);
  }

  @Test
  void longLinesComeWhole() throws Exception {
    JsonNode many = JsonNodeFactory.instance.objectNode().put("text", "0123456789".repeat(300_000));
    try (var _ = start("echo", ECHO)) {
      assertThat(run("echo", many, Progress.UNSEEN)).isEqualTo(many);
    }
  }

  @Test
  void whyAnOperationWasNotDoneIsToldInItsWords() throws Exception {
    Operation cannot =
        (_, _) -> {
          throw new OperationException("there is no such image");
        };
    Operation fails =
        (_, _) -> {
          throw new IOException("the disk is gone");
        };
    Operation wrong =
        (_, _) -> {
          throw new IllegalStateException("a mistake");
        };
    Map<String, Operation> all = Map.of("cannot", cannot, "fails", fails, "wrong", wrong);
    try (var _ = ControlServer.start(socket(), all, clock)) {
      assertFails("cannot", "there is no such image");
      assertFails("fails", "the disk is gone");
      assertFails("wrong", "a mistake");
      assertFails("unheard-of", "no operation \"unheard-of\"");
    }
  }

  private void assertFails(String name, String message) {
    assertThatExceptionOfType(OperationException.class)
        .isThrownBy(() -> run(name, NOTHING, Progress.UNSEEN))
        .withMessageContaining(message);
  }

  @Test
  void onlyTheOwnerMayUseTheSocketAndNothingElseIsLeftBesideIt() throws Exception {
    try (var _ = start("echo", ECHO)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
          .isEqualTo("rw-------");
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).containsExactly(socket());
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void whereNobodyListensThereIsNoClient() throws Exception {
    assertThat(ControlClient.connect(socket())).isEmpty();
    // What a killed process leaves.
    try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(socket()));
    }
    assertThat(Files.exists(socket())).isTrue();

    assertThat(ControlClient.connect(socket())).isEmpty();
    try (var _ = start("echo", ECHO)) {
      assertThat(run("echo", TextNode.valueOf("there"), Progress.UNSEEN).asText())
          .isEqualTo("there");
    }
  }

  @Test
  void aSecondClientDoesNotWaitForTheFirst() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Operation slow =
        (arguments, _) -> {
          begun.countDown();
          await(end);
          return arguments;
        };
    Map<String, Operation> operations = Map.of("slow", slow, "echo", ECHO);
    try (var _ = ControlServer.start(socket(), operations, clock)) {
      Attempt first = new Attempt(() -> run("slow", TextNode.valueOf("1"), Progress.UNSEEN));
      begun.await();

      assertThat(run("echo", TextNode.valueOf("2"), Progress.UNSEEN).asText()).isEqualTo("2");

      end.countDown();
      assertThat(first.result().asText()).isEqualTo("1");
    }
  }

  @Test
  void anOperationEndsWhenItsClientHasLeft() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    Operation endless = untilCancelled(cancelled);
    try (var _ = start("endless", endless)) {
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
        client.write(
            ByteBuffer.wrap("{\"operation\":\"endless\"}\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(client.read(ByteBuffer.allocate(10))).isPositive();
      }
      cancelled.await();
    }
  }

  @Test
  void closingEndsWhatRunsAndWaitsForIt() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    ControlServer server = start("endless", untilCancelled(cancelled));
    Attempt attempt = new Attempt(() -> run("endless", NOTHING, _ -> begun.countDown()));
    begun.await();

    server.close();

    assertThat(cancelled.getCount()).isZero();
    assertThatIOException().isThrownBy(attempt::result);
  }

  @Test
  void whatIsNoRequestHarmsNobodyElse() throws Exception {
    try (var _ = start("echo", ECHO)) {
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
        client.write(ByteBuffer.wrap("GET / HTTP/1.1\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(client.read(ByteBuffer.allocate(10))).isNegative();
      }
      assertThat(run("echo", TextNode.valueOf("still"), Progress.UNSEEN).asText())
          .isEqualTo("still");
    }
  }

  @Test
  void aPathThatIsTooLongForASocketIsSaidToBe() throws Exception {
    Path deep = Files.createDirectories(folder.resolve("d".repeat(120)));

    assertThatIOException()
        .isThrownBy(
            () -> ControlServer.start(deep.resolve("larder.sock"), Map.of("echo", ECHO), clock))
        .withMessageContaining("too long");
    try (Stream<Path> files = Files.list(deep)) {
      assertThat(files).isEmpty();
    }
    assertThat(ControlClient.connect(deep.resolve("larder.sock"))).isEmpty();
  }

  private static Operation untilCancelled(CountDownLatch cancelled) {
    return (_, progress) -> {
      try {
        for (long done = 0; true; done++) {
          progress.report(new Step("counting", Step.Unit.ITEMS, done, 0));
        }
      } catch (CancellationException e) {
        cancelled.countDown();
        throw e;
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A client on a thread of its own. */
  private static final class Attempt {
    private final FutureTask<JsonNode> task;

    Attempt(Callable<JsonNode> work) {
      task = new FutureTask<>(work);
      Thread.ofVirtual().start(task);
    }

    JsonNode result() throws Exception {
      try {
        return task.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }
  }
}
