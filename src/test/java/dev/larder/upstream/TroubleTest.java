package dev.larder.upstream;

import static dev.larder.upstream.Lab.APP;
import static dev.larder.upstream.Lab.failed;
import static dev.larder.upstream.Lab.found;
import static dev.larder.upstream.Lab.reference;
import static dev.larder.upstream.Lab.retryAfter;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams that can't be asked, or answer as no registry does. */
class TroubleTest {
  private static final Reference ONE = reference("1");

  @TempDir private Path folder;
  private Lab lab;
  private FakeUpstream fake;

  @BeforeEach
  void start() {
    lab = new Lab(folder);
    fake = lab.fake;
    fake.putImage("org/app", "1", TestImages.image("app", 10));
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  @Test
  void tooManyRequestsSayHowLongToWait() {
    UpstreamRegistry registry = lab.registry();
    fake.fail(SeenRequest::isManifest, 1, Fault.throttle("90"));
    assertThat(retryAfter(registry.headManifest(APP, ONE))).contains(Duration.ofSeconds(90));
    lab.clock.advance(Duration.ofSeconds(90));
    fake.fail(SeenRequest::isManifest, 1, Fault.throttle("Thu, 01 Jan 2026 00:02:30 GMT"));
    assertThat(retryAfter(registry.headManifest(APP, ONE))).contains(Duration.ofMinutes(1));
    lab.clock.advance(Duration.ofMinutes(1));
    fake.fail(SeenRequest::isManifest, 1, new Fault.Status(429));
    assertThat(retryAfter(registry.headManifest(APP, ONE))).isEmpty();
    fake.fail(SeenRequest::isManifest, 1, Fault.throttle("90"));
    assertThat(failed(registry.headManifest(APP, ONE)))
        .isEqualTo(
            "%1$s answered 429 for org/app:1: too many requests for the next 90 s; a login with"
                    .formatted(fake.name())
                + " docker login %s may raise the limit".formatted(fake.name()));
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504})
  void itsOwnFaultsAreFailures(int status) {
    fake.fail(SeenRequest::isManifest, new Fault.Status(status));
    assertThat(failed(lab.registry().manifest(APP, ONE)))
        .isEqualTo("%s answered %d for org/app:1".formatted(fake.name(), status));
    assertThat(fake.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 206, 304, 400, 418})
  void whatNoRegistryAnswersIsAFailure(int status) {
    fake.fail(SeenRequest::isManifest, new Fault.Status(status));
    assertThat(failed(lab.registry().manifest(APP, ONE)))
        .contains("answered " + status, "which is no answer of a registry");
  }

  @Test
  void silenceIsAFailureWithinTheDeadline() {
    CountDownLatch released = new CountDownLatch(1);
    fake.fail(SeenRequest::isManifest, new Fault.Stall(Fault.BEFORE_HEAD, released));
    assertThat(failed(lab.registry(lab.settings(), Lab.SHORT).manifest(APP, ONE)))
        .isEqualTo(
            "%s could not be asked for org/app:1: it sent nothing for 500 ms"
                .formatted(fake.name()));
    assertThat(fake.requests()).hasSize(1);
    released.countDown();
  }

  @Test
  void upstreamThatStaysSilentIsLeftAloneAndSaysForHowLong() {
    CountDownLatch released = new CountDownLatch(1);
    fake.fail(SeenRequest::isManifest, new Fault.Stall(Fault.BEFORE_HEAD, released));
    UpstreamRegistry registry = lab.registry(lab.settings(), Lab.SHORT);
    for (int i = 0; i < 3; i++) {
      failed(registry.headManifest(APP, ONE));
    }
    Answer<ManifestHead> fourth = registry.headManifest(APP, ONE);
    assertThat(failed(fourth))
        .isEqualTo(
            "%s could not be asked for org/app:1: it is left alone for 5 s, since it sent nothing"
                    .formatted(fake.name())
                + " for 500 ms");
    assertThat(retryAfter(fourth)).contains(Duration.ofSeconds(5));
    assertThat(fake.requests()).hasSize(3);
    assertThat(registry.leftAlone())
        .contains(new LeftAlone(lab.clock.instant().plusSeconds(5), "it sent nothing for 500 ms"));
    fake.recover();
    released.countDown();
    lab.clock.advance(Duration.ofSeconds(5));
    found(registry.headManifest(APP, ONE));
  }

  @Test
  void manifestThatStallsInTheMiddleIsAFailure() {
    CountDownLatch released = new CountDownLatch(1);
    fake.fail(SeenRequest::isManifest, new Fault.Stall(5, released));
    assertThat(failed(lab.registry(lab.settings(), Lab.SHORT).manifest(APP, ONE)))
        .contains("sent nothing for 500 ms");
    released.countDown();
  }

  @Test
  void manifestThatIsCutIsAFailure() {
    fake.fail(SeenRequest::isManifest, new Fault.Cut(5));
    assertThat(failed(lab.registry().manifest(APP, ONE))).contains("the connection broke");
  }

  @Test
  void refusedConnectionIsAFailureAndPassesWhenTheUpstreamIsBack() {
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    fake.vanish();
    assertThat(failed(registry.headManifest(APP, ONE))).contains("the connection was refused");
    fake.reappear();
    found(registry.headManifest(APP, ONE));
  }

  @Test
  void connectionThatNobodyAcceptsIsAFailureWithinTheDeadline() throws Exception {
    // One connection fills the queue of a listener that never accepts; the next ones get no answer.
    List<Socket> fillers = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 4; i++) {
        Socket filler = new Socket();
        fillers.add(filler);
        try {
          filler.connect(full.getLocalSocketAddress(), 100);
        } catch (SocketTimeoutException e) {
          break;
        }
      }
      URI url = URI.create("http://127.0.0.1:" + full.getLocalPort());
      assertThat(failed(lab.registry(at(url), Lab.SHORT).headManifest(APP, ONE)))
          .contains("no connection within 500 ms");
    } finally {
      for (Socket filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void unknownHostIsAFailure() {
    DnsResolver nothing =
        new DnsResolver() {
          @Override
          public InetAddress[] resolve(String host) throws UnknownHostException {
            throw new UnknownHostException(host);
          }

          @Override
          public String resolveCanonicalHostname(String host) {
            return host;
          }
        };
    UpstreamSettings settings = at(URI.create("http://registry.example"));
    assertThat(
            failed(
                lab.registry(settings, Lab.SHORT, ProxySettings.NONE, nothing)
                    .headManifest(APP, ONE)))
        .contains("the name of its host can't be resolved");
  }

  @Test
  void whatDoesNotSpeakHttpIsAFailure() throws Exception {
    try (ServerSocket ssh = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> greet(ssh));
      URI url = URI.create("http://127.0.0.1:" + ssh.getLocalPort());
      assertThat(failed(lab.registry(at(url), Lab.PATIENT).headManifest(APP, ONE)))
          .contains("could not be asked for org/app:1");
    }
  }

  @Test
  void endlessHeadIsNotRead() {
    fake.fail(SeenRequest::isManifest, new Fault.WithHeader("X", "x".repeat(20_000)));
    assertThat(failed(lab.registry().headManifest(APP, ONE)))
        .contains("the head of its answer is too long");
  }

  @Test
  void keptConnectionThatWasClosedMeanwhileIsReplacedOnce() {
    UpstreamRegistry registry = lab.registry();
    fake.fail(SeenRequest::isManifest, 1, new Fault.CloseAfterwards());
    found(registry.headManifest(APP, ONE));
    found(registry.headManifest(APP, ONE));
    assertThat(fake.connectionsAccepted()).isEqualTo(2);
  }

  @Test
  void keptConnectionThatDiesUnderTheRequestIsReplacedOnce() {
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    fake.fail(SeenRequest::isManifest, 1, new Fault.Cut(Fault.BEFORE_HEAD));
    found(registry.headManifest(APP, ONE));
    assertThat(fake.requests()).hasSize(3);
    assertThat(fake.connectionsAccepted()).isEqualTo(2);
  }

  @Test
  void newConnectionThatDiesUnderTheRequestIsNotReplaced() {
    fake.fail(SeenRequest::isManifest, new Fault.Cut(Fault.BEFORE_HEAD));
    assertThat(failed(lab.registry().headManifest(APP, ONE))).contains("the connection broke");
    assertThat(fake.requests()).hasSize(1);
  }

  @Test
  void sixtyFourRequestsAreUnderWayAtOnce() throws Exception {
    UpstreamRegistry registry = lab.registry();
    CountDownLatch released = new CountDownLatch(1);
    fake.fail(SeenRequest::isManifest, new Fault.Stall(Fault.BEFORE_HEAD, released));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer<ManifestHead>>> answers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        answers.add(threads.submit(() -> registry.headManifest(APP, ONE)));
      }
      fake.awaitRequests(SeenRequest::isManifest, 64);
      released.countDown();
      for (Future<Answer<ManifestHead>> answer : answers) {
        found(answer.get());
      }
    }
  }

  @Test
  void errorBodiesCostNoConnection() {
    UpstreamRegistry registry = lab.registry();
    for (int i = 0; i < 5; i++) {
      fake.fail(SeenRequest::isManifest, 1, new Fault.Status(503, Map.of(), "x".repeat(1000)));
      failed(registry.manifest(APP, ONE));
    }
    assertThat(fake.connectionsAccepted()).isEqualTo(1);
  }

  private static UpstreamSettings at(URI url) {
    return new UpstreamSettings(
        new RegistryName("registry.example"), url, true, Optional.empty(), Optional.empty());
  }

  private static void greet(ServerSocket listener) {
    while (!listener.isClosed()) {
      try (Socket client = listener.accept()) {
        client
            .getOutputStream()
            .write("SSH-2.0-OpenSSH_9.2\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        // the client has had enough
      }
    }
  }
}
