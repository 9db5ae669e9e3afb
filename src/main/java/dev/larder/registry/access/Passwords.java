package dev.larder.registry.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Looks at passwords. bcrypt is slow by design, so a right one is remembered for a while, by a hash
 * under a key that only this process knows; a wrong one is slowed by {@link Turns}.
 */
final class Passwords {
  private static final String MAC = "HmacSHA256";
  private static final Duration REMEMBERED_FOR = Duration.ofMinutes(10);
  private static final int MOST_REMEMBERED = 10_000;

  private final PasswordFile file;
  private final Turns turns;
  private final Pause pause;
  private final SecretKeySpec key = new SecretKeySpec(randomKey(), MAC);

  /** Those who serve others keep half of the processors, whoever guesses. */
  private final Semaphore working =
      new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

  private final Cache<String, Right> remembered;

  /**
   * A password that was right.
   *
   * @param mac of the password
   * @param hash the user's in the file: with another one, it has been changed
   */
  private record Right(byte[] mac, String hash) {}

  /** What a password turned out to be. */
  enum Verdict {
    RIGHT,
    WRONG,
    /** It wasn't looked at: too many are waiting for their turn. */
    TOO_MANY
  }

  Passwords(PasswordFile file, InstantSource clock, Pause pause) {
    this.file = file;
    this.turns = new Turns(clock);
    this.pause = pause;
    this.remembered =
        Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED_FOR)
            .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
            .build();
  }

  private static byte[] randomKey() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** Whether there is such a user. */
  boolean knows(String user) {
    return file.users().hash(user).isPresent();
  }

  /** Looks at a password; blocks, longer the more wrong ones there were. */
  Verdict look(String user, String password, InetAddress from) {
    Optional<String> hash = file.users().hash(user);
    byte[] mac = mac(password);
    if (isRemembered(user, mac, hash)) {
      return Verdict.RIGHT;
    }
    Turns.Turn turn = turns.of(new Turns.Whose(hash.isPresent() ? user : "", from));
    if (!turn.take()) {
      return Verdict.TOO_MANY;
    }
    try (turn) {
      if (isRemembered(user, mac, hash)) {
        return Verdict.RIGHT;
      }
      if (isRight(password, hash)) {
        turn.right();
        remembered.put(user, new Right(mac, hash.orElseThrow()));
        return Verdict.RIGHT;
      }
      pause.pause(turn.wrong());
      return Verdict.WRONG;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Verdict.WRONG;
    }
  }

  private boolean isRemembered(String user, byte[] mac, Optional<String> hash) {
    Right right = remembered.getIfPresent(user);
    return right != null
        && hash.filter(right.hash()::equals).isPresent()
        && MessageDigest.isEqual(right.mac(), mac);
  }

  /** A name that nobody has takes as long as one that somebody has. */
  private boolean isRight(String password, Optional<String> hash) throws InterruptedException {
    Htpasswd users = file.users();
    Optional<String> compared =
        hash.or(() -> users.users().stream().findFirst().flatMap(users::hash));
    working.acquire();
    try {
      return compared.filter(value -> Htpasswd.matches(password, value)).isPresent()
          && hash.isPresent();
    } finally {
      working.release();
    }
  }

  private byte[] mac(String password) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      return mac.doFinal(password.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + MAC, e);
    }
  }
}
