package dev.larder.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whose certificates are believed. */
final class Trust {
  private Trust() {}

  /** Read when the first connection wants it: a start has no time for 150 certificates. */
  private static final class SystemAuthorities {
    static final SSLContext CONTEXT = trusting(null);
  }

  /**
   * A context that trusts the system's authorities, and those of a file if there is one.
   *
   * @throws IllegalArgumentException if {@code caFile} can't be read, or isn't PEM certificates
   */
  static Supplier<SSLContext> context(Optional<Path> caFile) {
    if (caFile.isEmpty()) {
      return () -> SystemAuthorities.CONTEXT;
    }
    Collection<? extends Certificate> more = certificates(caFile.get());
    try {
      SSLContext context = trusting(together(more));
      return () -> context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this Java platform has no usable TLS", e);
    }
  }

  private static SSLContext trusting(@Nullable KeyStore store) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory(store).getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform has no usable TLS", e);
    }
  }

  /**
   * Reads certificates in PEM.
   *
   * @throws IllegalArgumentException if there are none
   */
  static Collection<? extends Certificate> certificates(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException("ca-file %s has no certificate in it".formatted(file));
      }
      return certificates;
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("ca-file %s is not there".formatted(file), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "ca-file %s can't be read: %s".formatted(file, e.getMessage()), e);
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          "ca-file %s isn't certificates in PEM: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static KeyStore together(Collection<? extends Certificate> more)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    Certificate[] system =
        Stream.of(factory(null).getTrustManagers())
            .filter(X509TrustManager.class::isInstance)
            .flatMap(manager -> Stream.of(((X509TrustManager) manager).getAcceptedIssuers()))
            .toArray(X509Certificate[]::new);
    int number = 0;
    for (Certificate certificate : system) {
      store.setCertificateEntry("system-" + number++, certificate);
    }
    for (Certificate certificate : more) {
      store.setCertificateEntry("ca-file-" + number++, certificate);
    }
    return store;
  }

  private static TrustManagerFactory factory(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }
}
