package dev.larder.cluster;

import java.time.Duration;

/**
 * How long to wait before something is tried again: twice as long each time.
 *
 * @param first after the first failure
 * @param longest at most
 */
record Backoff(Duration first, Duration longest) {

  /**
   * The time to wait.
   *
   * @param failures how often it has failed so far, from 1 on
   */
  Duration after(int failures) {
    Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, 20));
    return doubled.compareTo(longest) < 0 ? doubled : longest;
  }
}
