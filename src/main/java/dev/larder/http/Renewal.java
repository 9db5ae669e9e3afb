package dev.larder.http;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a listener's certificate and key, and what they last held that could be used. For
 * one thread at a time. Compares what is in the files, not their times: whoever renews a
 * certificate may replace links, folders or bytes, and all of it within a second.
 */
final class Renewal {
  private static final Logger log = LoggerFactory.getLogger(Renewal.class);

  private final Tls files;
  private final Vertx vertx;
  private final KeyPair first;
  private byte[] certificate;
  private byte[] key;

  /** Why the files couldn't be read, so that it is said once. */
  private String complaint = "";

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException if they can't be used; the message names them
   */
  Renewal(Tls files, Vertx vertx) {
    this.files = files;
    this.vertx = vertx;
    try {
      this.certificate = Files.readAllBytes(files.certificate());
      this.key = Files.readAllBytes(files.key());
      this.first = KeyPair.of(certificate, key, vertx);
    } catch (IOException e) {
      throw new IllegalArgumentException(unreadable(e), e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(unusable(e), e);
    }
  }

  /** What the files held at first. */
  KeyPair first() {
    return first;
  }

  /** What they hold now, if that is new and can be used; where it can't, a warning says so. */
  Optional<KeyPair> look() {
    byte[] newCertificate;
    byte[] newKey;
    try {
      newCertificate = Files.readAllBytes(files.certificate());
      newKey = Files.readAllBytes(files.key());
    } catch (IOException e) {
      complain(unreadable(e));
      return Optional.empty();
    }
    if (Arrays.equals(certificate, newCertificate) && Arrays.equals(key, newKey)) {
      return Optional.empty();
    }
    certificate = newCertificate;
    key = newKey;
    try {
      KeyPair renewed = KeyPair.of(certificate, key, vertx);
      complaint = "";
      log.info("new connections get the new certificate in {}", files.certificate());
      return Optional.of(renewed);
    } catch (GeneralSecurityException e) {
      complain(unusable(e));
      return Optional.empty();
    }
  }

  private void complain(String reason) {
    if (!reason.equals(complaint)) {
      complaint = reason;
      log.warn("the certificate before is kept: {}", reason);
    }
  }

  private static String unreadable(IOException e) {
    return e instanceof NoSuchFileException
        ? "no such file: " + e.getMessage()
        : "can't read " + e.getMessage();
  }

  private String unusable(GeneralSecurityException e) {
    return "%s and %s can't be used as certificate and key (PEM): %s"
        .formatted(files.certificate(), files.key(), e.getMessage());
  }
}
