package dev.larder.http;

import java.nio.file.Path;

/**
 * What a listener proves itself with. The files may be replaced while it serves: new connections
 * get the new certificate within seconds. Until both files fit together, the one before is kept.
 *
 * @param certificate the certificate, and behind it those that lead to its authority; PEM
 * @param key its private key without a password; PEM, PKCS #8 or the older forms for RSA and EC
 */
public record Tls(Path certificate, Path key) {}
