package dev.larder.cluster;

import java.time.Duration;

/** Waits. */
@FunctionalInterface
public interface Pauses {
  void pause(Duration duration) throws InterruptedException;
}
