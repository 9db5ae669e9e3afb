package dev.larder.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority that nobody else trusts, and a server's certificate by it, made by the JDK's
 * keytool.
 *
 * @param authority the authority's certificate in PEM
 * @param server for {@code 127.0.0.1}, {@code localhost} and {@code registry.test}
 * @param client trusts the authority
 * @param certificate the server's in PEM
 * @param key the server's in PEM
 */
public record TestCertificates(
    Path authority, SSLContext server, SSLContext client, Path certificate, Path key) {
  private static final String PASSWORD = "changeit";

  /** Makes both, with their files in {@code folder}. */
  public static TestCertificates create(Path folder)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path authorityStore = folder.resolve("authority.p12");
    Path serverStore = folder.resolve("server.p12");
    Path authority = folder.resolve("ca.pem");
    generate(authorityStore, "authority", "-ext", "bc:c");
    keytool(authorityStore, "-exportcert", "-rfc", "-alias", "authority", "-file", "" + authority);
    Files.copy(authorityStore, serverStore);
    generate(
        serverStore,
        "server",
        "-signer",
        "authority",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost,dns:registry.test");
    keytool(serverStore, "-delete", "-alias", "authority");
    KeyStore keys = load(serverStore);
    return new TestCertificates(
        authority,
        server(keys),
        client(keys),
        pem(
            folder.resolve("server.pem"),
            "CERTIFICATE",
            keys.getCertificate("server").getEncoded()),
        pem(
            folder.resolve("server.key"),
            "PRIVATE KEY",
            keys.getKey("server", PASSWORD.toCharArray()).getEncoded()));
  }

  private static Path pem(Path file, String what, byte[] content) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what));
  }

  private static KeyStore load(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static SSLContext client(KeyStore keys) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    Certificate[] chain = keys.getCertificateChain("server");
    trusted.setCertificateEntry("authority", chain[chain.length - 1]);
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static void generate(Path store, String alias, String... more)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of("-genkeypair", "-alias", alias, "-keyalg", "EC", "-dname", "CN=" + alias));
    arguments.addAll(List.of(more));
    keytool(store, arguments.toArray(String[]::new));
  }

  private static void keytool(Path store, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", "" + store, "-storepass", PASSWORD));
    Path output = Files.createTempFile(store.getParent(), "keytool", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("keytool failed: " + Files.readString(output));
    }
  }

  private static SSLContext server(KeyStore keys) throws GeneralSecurityException {
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
