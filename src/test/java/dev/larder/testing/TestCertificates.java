package dev.larder.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * An authority that nobody else trusts, and a server's certificate by it, made by the JDK's
 * keytool.
 *
 * @param authority the authority's certificate in PEM
 * @param server for {@code 127.0.0.1}, {@code localhost} and {@code registry.test}
 */
public record TestCertificates(Path authority, SSLContext server) {
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
    return new TestCertificates(authority, context(serverStore));
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

  private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
