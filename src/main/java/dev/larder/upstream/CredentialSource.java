package dev.larder.upstream;

import dev.larder.oci.RegistryName;
import dev.larder.upstream.UpstreamSettings.PasswordFileLogin;
import dev.larder.upstream.UpstreamSettings.PasswordLogin;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The credential for one upstream: the configuration's, or Docker's. It is kept until the upstream
 * refuses it; that there is none is believed for a minute, since a helper takes its time to say so.
 * Safe for use by many threads.
 */
final class CredentialSource {
  private static final Duration BELIEVE_NONE = Duration.ofMinutes(1);

  private record Known(Optional<Credentials> credentials, Instant since) {}

  private final RegistryName registry;
  private final Optional<UpstreamSettings.Login> login;
  private final DockerConfig docker;
  private final Clock clock;

  /** Held while the credential is asked for: whoever waits for it, waits for that very answer. */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile @Nullable Known known;

  /**
   * @param registry as {@code docker login} would know it
   */
  CredentialSource(
      RegistryName registry,
      Optional<UpstreamSettings.Login> login,
      DockerConfig docker,
      Clock clock) {
    this.registry = registry;
    this.login = login;
    this.docker = docker;
    this.clock = clock;
  }

  /**
   * The credential; empty where there is none.
   *
   * @throws IOException if the configured password can't be read; the message names the file
   */
  Optional<Credentials> current() throws IOException {
    Known now = known;
    return now != null && usable(now) ? now.credentials : load(now);
  }

  /** The credential after the upstream has refused {@code refused}: the same one, or another. */
  Optional<Credentials> renew(Credentials refused) throws IOException {
    Known now = known;
    return now != null && !now.credentials.equals(Optional.of(refused))
        ? now.credentials
        : load(now);
  }

  private boolean usable(Known now) {
    return now.credentials.isPresent() || clock.instant().isBefore(now.since.plus(BELIEVE_NONE));
  }

  private Optional<Credentials> load(@Nullable Known outdated) throws IOException {
    lock.lock();
    try {
      Known now = known;
      if (now == null || now.equals(outdated)) {
        now = new Known(read(), clock.instant());
        known = now;
      }
      return now.credentials;
    } finally {
      lock.unlock();
    }
  }

  private Optional<Credentials> read() throws IOException {
    if (login.isPresent()) {
      return Optional.of(new Credentials.Password(login.get().username(), password(login.get())));
    }
    try {
      return docker.credentials(registry);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a credential helper was asked");
    }
  }

  private static String password(UpstreamSettings.Login login) throws IOException {
    return switch (login) {
      case PasswordLogin(var _, String password) -> password;
      case PasswordFileLogin(var _, Path file) -> content(file);
    };
  }

  private static String content(Path file) throws IOException {
    try {
      return Files.readString(file).replaceFirst("\\r?\\n$", "");
    } catch (IOException e) {
      throw new UpstreamException("the password-file %s can't be read".formatted(file), e);
    }
  }
}
