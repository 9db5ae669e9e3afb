package dev.larder.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Asks a server through a bridge whose two ends are pipes. */
@Timeout(60)
class ControlBridgeTest {
  private static final JsonNode NOTHING = JsonMapper.builder().build().createObjectNode();

  @TempDir Path folder;

  private final AtomicLong seconds = new AtomicLong();
  private final InstantSource clock = () -> Instant.ofEpochSecond(seconds.incrementAndGet());

  private Path socket() {
    return folder.resolve("larder.sock");
  }

  private ControlServer serve(Operation operation) throws IOException {
    return ControlServer.start(socket(), Map.of("do", operation), clock);
  }

  /** A client whose bridge runs on a thread, as it would in a process of its own. */
  private ControlClient client() throws IOException {
    PipedInputStream requests = new PipedInputStream();
    PipedInputStream answers = new PipedInputStream(1 << 16);
    OutputStream toBridge = new PipedOutputStream(requests);
    OutputStream fromBridge = new PipedOutputStream(answers);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (fromBridge) {
                ControlBridge.run(socket(), requests, fromBridge);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return ControlClient.over(answers, toBridge, toBridge);
  }

  @Test
  void operationsRunOneAfterTheOtherWithTheirStepsAndResults() throws Exception {
    Step step = new Step("reading", Step.Unit.ITEMS, 1, 2);
    Operation twice =
        (arguments, progress) -> {
          progress.report(step);
          return IntNode.valueOf(2 * arguments.asInt());
        };
    List<Step> seen = new ArrayList<>();
    try (var _ = serve(twice);
        ControlClient client = client()) {
      assertThat(client.run("do", IntNode.valueOf(1), seen::add).asInt()).isEqualTo(2);
      assertThat(client.run("do", IntNode.valueOf(21), seen::add).asInt()).isEqualTo(42);
    }
    assertThat(seen).containsExactly(step, step);
  }

  @Test
  void anOperationThatFailsSaysWhyAndTheNextOneRuns() throws Exception {
    Operation picky =
        (arguments, _) -> {
          if (arguments.asInt() == 0) {
            throw new OperationException("not that one");
          }
          return arguments;
        };
    try (var _ = serve(picky);
        ControlClient client = client()) {
      assertThatExceptionOfType(OperationException.class)
          .isThrownBy(() -> client.run("do", IntNode.valueOf(0), Progress.UNSEEN))
          .withMessage("not that one");
      assertThat(client.run("do", IntNode.valueOf(7), Progress.UNSEEN).asInt()).isEqualTo(7);
    }
  }

  @Test
  void whereNoneServesTheClientIsToldSo() throws Exception {
    try (ControlClient client = client()) {
      assertThatExceptionOfType(OperationException.class)
          .isThrownBy(() -> client.run("do", NOTHING, Progress.UNSEEN))
          .withMessageContaining("no Larder serves the folder " + folder);
    }
  }

  @Test
  void theEndOfTheServerIsTheEndOfTheStream() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Operation endless =
        (_, progress) -> {
          while (true) {
            progress.report(new Step("waiting", Step.Unit.ITEMS, 0, 0));
            begun.countDown();
          }
        };
    ControlServer server = serve(endless);
    try (ControlClient client = client()) {
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  begun.await();
                  server.close();
                } catch (InterruptedException | IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThatExceptionOfType(EOFException.class)
          .isThrownBy(() -> client.run("do", NOTHING, Progress.UNSEEN));
    }
  }

  @Test
  void anOperationWhoseClientHasLeftEnds() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Operation endless =
        (_, progress) -> {
          try {
            while (true) {
              progress.report(new Step("waiting", Step.Unit.ITEMS, 0, 0));
              begun.countDown();
            }
          } catch (CancellationException e) {
            ended.countDown();
            throw e;
          }
        };
    try (var _ = serve(endless)) {
      PipedOutputStream toBridge = new PipedOutputStream();
      PipedInputStream requests = new PipedInputStream(toBridge);
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  ControlBridge.run(socket(), requests, OutputStream.nullOutputStream());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      toBridge.write("{\"operation\":\"do\",\"arguments\":{}}\n".getBytes(UTF_8));
      toBridge.flush();
      begun.await();

      toBridge.close();

      ended.await();
    }
  }
}
