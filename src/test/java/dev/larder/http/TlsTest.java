package dev.larder.http;

import static dev.larder.http.TestServer.handler;
import static dev.larder.http.TestServer.take;
import static dev.larder.http.TestServer.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.http.Response.Sent;
import dev.larder.testing.RawHttp;
import dev.larder.testing.TestCertificates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is different when the server speaks TLS, and how it gets another certificate. */
class TlsTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** More than the kernel takes for a client that doesn't read. */
  private static final int MUCH = 64 * 1024 * 1024;

  @TempDir private static Path first;
  @TempDir private static Path second;
  private static TestCertificates one;
  private static TestCertificates two;

  @TempDir private Path directory;
  private Tls files;

  @BeforeAll
  static void makeCertificates() throws Exception {
    one = TestCertificates.create(first);
    two = TestCertificates.create(second);
  }

  @BeforeEach
  void install() throws IOException {
    files = new Tls(directory.resolve("cert.pem"), directory.resolve("key.pem"));
    Files.copy(one.certificate(), files.certificate());
    Files.copy(one.key(), files.key());
  }

  @Test
  void bodiesOfEveryKindAreSentWhole() throws Exception {
    byte[] content = new byte[3 * 1024 * 1024 + 17];
    new Random(1).nextBytes(content);
    BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    try (FileChannel file = FileChannel.open(Files.write(directory.resolve("file"), content));
        TestServer server =
            serve(
                request ->
                    Response.of(200)
                        .with(
                            switch (request.path()) {
                              case "/part" ->
                                  new Body.FilePart(file, 1_000_001, 1_500_000, () -> {});
                              case "/stream" ->
                                  new Body.Stream(
                                      content.length,
                                      sink -> sink.write(ByteBuffer.wrap(content)),
                                      () -> {});
                              default -> new Body.Bytes(request.scheme().getBytes(UTF_8));
                            })
                        .whenSent(sent::add));
        RawHttp client = connect(server, one)) {
      assertThat(client.get("/part").read().body())
          .isEqualTo(Arrays.copyOfRange(content, 1_000_001, 2_500_001));
      assertThat(take(sent)).isEqualTo(new Sent(1_500_000, true));
      assertThat(client.get("/stream").read().body()).isEqualTo(content);
      assertThat(client.get("/").read().text()).isEqualTo("https");
      assertThat(
              client
                  .sendHead("HEAD /part HTTP/1.1", "Host: test")
                  .readHead()
                  .header("content-length"))
          .isEqualTo("1500000");
    }
  }

  @Test
  void aFileThatHasBecomeShorterCutsTheConnection() throws Exception {
    BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    Path path = directory.resolve("file");
    try (FileChannel file = PatienceTest.sparse(path, MUCH);
        TestServer server =
            serve(
                request ->
                    Response.of(200)
                        .with(new Body.FilePart(file, 0, MUCH, () -> {}))
                        .whenSent(sent::add));
        RawHttp client = RawHttp.connect(server.address(), 64 * 1024, one.client())) {
      client.get("/").readHead();
      file.truncate(1024);
      assertThat(client.readToEnd()).hasSizeLessThan(MUCH);
      assertThat(take(sent).whole()).isFalse();
    }
  }

  @Test
  void aClientThatStopsReadingIsCutOff() throws Exception {
    BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    try (FileChannel file = PatienceTest.sparse(directory.resolve("much"), MUCH);
        TestServer server =
            new TestServer(
                handler(
                    request ->
                        Response.of(200)
                            .with(new Body.FilePart(file, 0, MUCH, () -> {}))
                            .whenSent(sent::add)),
                new Patience(LONG, Duration.ofMillis(100), LONG),
                Optional.of(files));
        RawHttp client = RawHttp.connect(server.address(), 64 * 1024, one.client())) {
      client.get("/").readHead();
      Sent cut = take(sent);
      assertThat(cut.whole()).isFalse();
      assertThat(cut.bodyBytes()).isPositive().isLessThan(MUCH);
    }
  }

  /** The client's own first choice is the JDK's, which is another. */
  @Test
  void theCipherIsTheCheapOne() throws Exception {
    try (TestServer server = serve(request -> text("here"))) {
      try (RawHttp client = connect(server, one)) {
        assertThat(client.cipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
      }
      install(two.certificate(), two.key());
      server.renewCertificates();
      try (RawHttp client = connect(server, two)) {
        assertThat(client.cipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
      }
    }
  }

  @Test
  void newConnectionsGetANewCertificateAndOldOnesStay() throws Exception {
    try (TestServer server = serve(request -> text("here"));
        RawHttp old = connect(server, one)) {
      install(two.certificate(), two.key());
      server.renewCertificates();
      // More connections than event loops: each loop has it.
      for (int i = 0; i < 8; i++) {
        try (RawHttp client = connect(server, two)) {
          assertThat(client.certificate()).isEqualTo(certificate(two));
          assertThat(client.get("/").read().text()).isEqualTo("here");
        }
      }
      assertThat(old.get("/").read().text()).isEqualTo("here");
    }
  }

  @Test
  void theOldCertificateIsKeptUntilBothNewFilesFit() throws Exception {
    try (TestServer server = serve(request -> text("here"))) {
      install(two.certificate(), one.key());
      server.renewCertificates();
      assertServes(server, one);

      Files.writeString(files.key(), "half a ke");
      server.renewCertificates();
      assertServes(server, one);

      Files.delete(files.key());
      server.renewCertificates();
      assertServes(server, one);

      install(two.certificate(), two.key());
      server.renewCertificates();
      assertServes(server, two);
    }
  }

  @Test
  void filesThatCannotServeAreNamedAtTheStart() throws Exception {
    install(two.certificate(), one.key());
    assertThatThrownBy(() -> serve(request -> text("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(files.key().toString())
        .hasMessageContaining("the key isn't the certificate's");

    Files.writeString(files.key(), "not a key");
    assertThatThrownBy(() -> serve(request -> text("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can't be used as certificate and key");

    Files.delete(files.key());
    assertThatThrownBy(() -> serve(request -> text("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no such file: " + files.key());
  }

  private TestServer serve(TestServer.Function function) throws IOException {
    return new TestServer(handler(function), Patience.DEFAULT, Optional.of(files));
  }

  private void install(Path certificate, Path key) throws IOException {
    Files.copy(certificate, files.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(key, files.key(), StandardCopyOption.REPLACE_EXISTING);
  }

  private static void assertServes(TestServer server, TestCertificates with) throws Exception {
    try (RawHttp client = connect(server, with)) {
      assertThat(client.certificate()).isEqualTo(certificate(with));
    }
  }

  private static RawHttp connect(TestServer server, TestCertificates certificates)
      throws IOException {
    SSLContext trust = certificates.client();
    return RawHttp.connect(server.address(), 0, trust);
  }

  private static X509Certificate certificate(TestCertificates certificates) throws Exception {
    try (var in = Files.newInputStream(certificates.certificate())) {
      return (X509Certificate)
          java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }
}
