package dev.larder.registry.access;

import java.time.Duration;

/** Lets time pass on the calling thread. */
@FunctionalInterface
interface Pause {
  void pause(Duration duration) throws InterruptedException;
}
