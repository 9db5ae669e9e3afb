package dev.larder.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;

/** A certificate and its private key, which are known to fit together. */
final class KeyPair {
  /** The kinds of keys that servers have, and how each signs. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

  private final X509KeyManager manager;

  private KeyPair(X509KeyManager manager) {
    this.manager = manager;
  }

  /**
   * Reads both from PEM.
   *
   * @throws GeneralSecurityException if one of them can't be read or they don't fit together
   */
  static KeyPair of(byte[] certificate, byte[] key, Vertx vertx) throws GeneralSecurityException {
    X509KeyManager manager = manager(certificate, key, vertx);
    for (Map.Entry<String, String> kind : SIGNATURES.entrySet()) {
      String[] aliases = manager.getServerAliases(kind.getKey(), null);
      if (aliases != null && aliases.length > 0) {
        check(
            manager.getCertificateChain(aliases[0])[0],
            manager.getPrivateKey(aliases[0]),
            kind.getValue());
        return new KeyPair(manager);
      }
    }
    throw new CertificateException("the key is neither of RSA nor of EC");
  }

  private static X509KeyManager manager(byte[] certificate, byte[] key, Vertx vertx)
      throws GeneralSecurityException {
    PemKeyCertOptions pem =
        new PemKeyCertOptions()
            .setCertValue(Buffer.buffer(certificate))
            .setKeyValue(Buffer.buffer(key));
    try {
      for (KeyManager manager : pem.getKeyManagerFactory(vertx).getKeyManagers()) {
        if (manager instanceof X509KeyManager keys) {
          return keys;
        }
      }
    } catch (GeneralSecurityException e) {
      throw e;
    } catch (Exception e) { // Vert.x declares no less
      throw new CertificateException(e.getMessage(), e);
    }
    throw new CertificateException("there is no certificate in it");
  }

  /** The JDK would take any two, and then fail each handshake. */
  private static void check(X509Certificate certificate, PrivateKey key, String algorithm)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(algorithm);
    byte[] text = certificate.getEncoded();
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    boolean fits;
    try {
      signature.initVerify(certificate.getPublicKey());
      signature.update(text);
      fits = signature.verify(signed);
    } catch (GeneralSecurityException e) {
      fits = false; // not even of the same kind
    }
    if (!fits) {
      throw new CertificateException("the key isn't the certificate's");
    }
  }

  KeyCertOptions options() {
    return KeyCertOptions.wrap(manager);
  }
}
