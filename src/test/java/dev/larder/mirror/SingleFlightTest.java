package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.awaitParked;
import static dev.larder.mirror.TestMirrors.result;
import static dev.larder.mirror.TestMirrors.results;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SingleFlightTest {
  private final SingleFlight<String, Integer> flights = new SingleFlight<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch answered = new CountDownLatch(1);

  /** Asks once by each of so many threads, answers when all of them wait, and returns what came. */
  private List<FutureTask<Integer>> askTogether(int times, Supplier<Integer> question)
      throws InterruptedException {
    Callable<Integer> task =
        () ->
            flights.join(
                "key",
                () -> {
                  asked.incrementAndGet();
                  await(answered);
                  return question.get();
                });
    List<FutureTask<Integer>> tasks = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      FutureTask<Integer> started = new FutureTask<>(task);
      tasks.add(started);
      threads.add(Thread.ofVirtual().start(started));
    }
    awaitParked(threads);
    answered.countDown();
    return tasks;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void allWhoAskMeanwhileGetOneAnswer() throws Exception {
    assertThat(results(askTogether(20, () -> 7))).hasSize(20).containsOnly(7);
    assertThat(asked).hasValue(1);
  }

  @Test
  void exceptionReachesAll() throws Exception {
    List<FutureTask<Integer>> tasks =
        askTogether(
            20,
            () -> {
              throw new IllegalStateException("no");
            });
    for (FutureTask<Integer> task : tasks) {
      assertThatThrownBy(() -> result(task))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IllegalStateException.class);
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void nextOneAsksAnew() {
    assertThat(flights.join("key", () -> 1)).isEqualTo(1);
    assertThat(flights.join("key", () -> 2)).isEqualTo(2);
    assertThatThrownBy(
            () ->
                flights.join(
                    "key",
                    () -> {
                      throw new IllegalStateException("no");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(flights.join("key", () -> 3)).isEqualTo(3);
  }

  @Test
  void questionMayLeadToAnother() {
    assertThat(flights.join("one", () -> flights.join("two", () -> 2) + 1)).isEqualTo(3);
  }
}
