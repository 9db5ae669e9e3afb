package dev.larder.registry.access;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A password file as it is now. It is read again when it has changed; if it can't be used then, the
 * users before are kept and a warning says why.
 */
final class PasswordFile {
  private static final Logger log = LoggerFactory.getLogger(PasswordFile.class);

  private final Path file;
  private final ReentrantLock reading = new ReentrantLock();
  private volatile Htpasswd users;
  private volatile Optional<Stamp> read;

  /** By which a change is seen. */
  private record Stamp(FileTime modified, long size, @Nullable Object key) {}

  /**
   * @throws IllegalArgumentException if it can't be read; the message names the file, and the line
   *     where one is wrong
   */
  PasswordFile(Path file) {
    this.file = file;
    this.read = stamp();
    this.users = read();
  }

  /** The users that the file has now. */
  Htpasswd users() {
    Optional<Stamp> now = stamp();
    if (!now.equals(read) && reading.tryLock()) {
      try {
        read = now;
        users = read();
        log.info("read {} again: users: {}", file, users.users().size());
      } catch (IllegalArgumentException e) {
        log.warn("the users before are kept: {}", e.getMessage());
      } finally {
        reading.unlock();
      }
    }
    return users;
  }

  private Optional<Stamp> stamp() {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(
          new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
    } catch (IOException e) {
      return Optional.empty(); // that it can't be read is said where it is read
    }
  }

  private Htpasswd read() {
    try {
      return Htpasswd.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          "there is no password file %s: larder user add makes it".formatted(file), e);
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException("the password file %s isn't UTF-8".formatted(file), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "can't read the password file %s: %s".formatted(file, e), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the password file %s, %s".formatted(file, e.getMessage()), e);
    }
  }
}
