package dev.larder.registry.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Slows guessing: passwords that somebody at an address sends for a user are looked at one after
 * another, and each wrong one makes the next wait longer. Whoever uses another name or comes from
 * another address doesn't wait.
 */
final class Turns {
  private static final Duration FIRST_DELAY = Duration.ofMillis(250);
  private static final int MOST_DOUBLINGS = 5;

  /** A right one is remembered after the first turn, so the others of a client don't wait long. */
  private static final int MOST_WAITING = 64;

  private static final int MOST_KEPT = 10_000;
  private static final Duration KEPT_FOR = Duration.ofMinutes(15);

  private final Cache<Whose, Turn> turns;

  /**
   * @param user empty for all names that aren't a user's, so that they share one turn
   */
  record Whose(String user, InetAddress address) {}

  Turns(InstantSource clock) {
    turns =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEPT)
            .expireAfterAccess(KEPT_FOR)
            .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
            .build();
  }

  /** The turn of that user at that address. */
  Turn of(Whose whose) {
    return turns.get(whose, _ -> new Turn());
  }

  /** Taken before a password is looked at, and given back after. */
  static final class Turn implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock(true);
    private int wrong;

    /** Waits for it; false, without waiting, if too many do so. */
    boolean take() {
      if (lock.getQueueLength() >= MOST_WAITING) {
        return false;
      }
      lock.lock();
      return true;
    }

    /** The password was wrong: for how long the turn is to be kept. */
    Duration wrong() {
      wrong = Math.min(wrong + 1, MOST_DOUBLINGS + 1);
      return FIRST_DELAY.multipliedBy(1L << (wrong - 1));
    }

    /** It was right. */
    void right() {
      wrong = 0;
    }

    @Override
    public void close() {
      lock.unlock();
    }
  }

  /** The longest delay after a wrong password. */
  static Duration longestDelay() {
    return FIRST_DELAY.multipliedBy(1L << MOST_DOUBLINGS);
  }
}
