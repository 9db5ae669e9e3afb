package dev.larder.mirror;

import java.io.Closeable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what nobody waits for, each on a thread of its own. */
final class Aside implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Aside.class);

  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("aside").factory());

  /**
   * Begins with it.
   *
   * @param what names it in the log, should it fail: {@code checking quay.io/app:1}
   */
  void begin(String what, Runnable task) {
    threads.execute(
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOG.error("{} failed", what, e);
          }
        });
  }

  /** Returns when all of it has ended. */
  @Override
  public void close() {
    threads.close();
  }
}
