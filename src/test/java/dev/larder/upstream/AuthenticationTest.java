package dev.larder.upstream;

import static dev.larder.upstream.Lab.APP;
import static dev.larder.upstream.Lab.absent;
import static dev.larder.upstream.Lab.failed;
import static dev.larder.upstream.Lab.found;
import static dev.larder.upstream.Lab.reference;
import static dev.larder.upstream.Lab.refused;
import static dev.larder.upstream.Lab.retryAfter;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Reference;
import dev.larder.oci.RepositoryName;
import dev.larder.testing.FakeAuthentication;
import dev.larder.testing.FakeAuthentication.Bearer;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthenticationTest {
  private static final Reference ONE = reference("1");
  private static final RepositoryName OTHER = new RepositoryName("org/other");

  @TempDir private Path folder;
  private Lab lab;
  private FakeUpstream fake;

  @BeforeEach
  void start() {
    lab = new Lab(folder);
    fake = lab.fake;
    fake.putImage("org/app", "1", TestImages.image("app", 10));
    fake.putImage("org/other", "1", TestImages.image("other", 10));
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  @Test
  void anonymousTokenIsAskedForOnceAndThenSentAtOnce() {
    fake.authenticate(Bearer.anonymous());
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    found(registry.manifest(APP, ONE));
    assertThat(fake.requests())
        .extracting(SeenRequest::toString)
        .containsExactly(
            "HEAD /v2/org/app/manifests/1",
            "GET /token?service=fake&scope=repository%3Aorg%2Fapp%3Apull",
            "HEAD /v2/org/app/manifests/1",
            "GET /v2/org/app/manifests/1");
    assertThat(fake.requests().getLast().header("Authorization")).contains("Bearer token-1");
    assertThat(fake.requests(SeenRequest::isToken).getFirst().header("Authorization")).isEmpty();
  }

  @Test
  void eachRepositoryHasItsOwnToken() {
    fake.authenticate(Bearer.anonymous());
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    found(registry.headManifest(OTHER, ONE));
    found(registry.headManifest(APP, ONE));
    assertThat(fake.requests(SeenRequest::isToken)).hasSize(2);
  }

  @Test
  void tokenIsRenewedShortlyBeforeItExpires() {
    fake.authenticate(Bearer.anonymous().expiringIn(Duration.ofMinutes(5)));
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    lab.clock.advance(Duration.ofSeconds(269));
    found(registry.headManifest(APP, ONE));
    assertThat(fake.requests(SeenRequest::isToken)).hasSize(1);
    lab.clock.advance(Duration.ofSeconds(2));
    found(registry.headManifest(APP, ONE));
    assertThat(fake.requests(SeenRequest::isToken)).hasSize(2);
    assertThat(fake.requests().getLast().header("Authorization")).contains("Bearer token-2");
    assertThat(fake.requests()).hasSize(6);
  }

  @Test
  void tokenWithoutALifetimeLastsAMinute() {
    fake.authenticate(Bearer.anonymous());
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    lab.clock.advance(Duration.ofSeconds(53));
    found(registry.headManifest(APP, ONE));
    assertThat(fake.requests(SeenRequest::isToken)).hasSize(1);
    lab.clock.advance(Duration.ofSeconds(7));
    found(registry.headManifest(APP, ONE));
    assertThat(fake.requests(SeenRequest::isToken)).hasSize(2);
  }

  @Test
  void lifetimeBeginsWhenTheTokenWasIssued() {
    fake.authenticate(Bearer.anonymous());
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    lab.clock.advance(Duration.ofMinutes(10));
    fake.fail(
        SeenRequest::isToken,
        1,
        new Fault.Status(
            200,
            Map.of(),
            """
            {"access_token":"%s","expires_in":300,"issued_at":"2026-01-01T00:06:00Z"}\
            """
                .formatted("token-1")));
    found(registry.headManifest(APP, ONE));
    lab.clock.advance(Duration.ofSeconds(40));
    found(registry.headManifest(APP, ONE));
    assertThat(fake.requests(SeenRequest::isToken)).hasSize(3);
  }

  @Test
  void refusedTokenIsDroppedAndAskedForAnewOnce() {
    Bearer bearer = Bearer.anonymous();
    fake.authenticate(bearer);
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    bearer.revokeAll();
    found(registry.headManifest(APP, ONE));
    assertThat(fake.requests(SeenRequest::isToken)).hasSize(2);
    fake.fail(SeenRequest::isManifest, new Fault.Status(401));
    refused(registry.headManifest(APP, ONE));
    assertThat(fake.requests(SeenRequest::isToken)).hasSize(3);
  }

  @Test
  void oneRequestForATokenHoweverManyWaitForIt() throws Exception {
    fake.authenticate(Bearer.anonymous());
    UpstreamRegistry registry = lab.registry();
    CountDownLatch released = new CountDownLatch(1);
    fake.fail(SeenRequest::isToken, 1, new Fault.Stall(Fault.BEFORE_HEAD, released));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer<ManifestHead>>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(threads.submit(() -> registry.headManifest(APP, ONE)));
      }
      fake.awaitRequests(SeenRequest::isToken, 1);
      // Whoever wants another token doesn't wait for this one.
      found(registry.headManifest(OTHER, ONE));
      assertThat(answers).noneMatch(Future::isDone);
      released.countDown();
      for (Future<Answer<ManifestHead>> answer : answers) {
        found(answer.get());
      }
    }
    assertThat(fake.requests(request -> request.isToken() && request.query().contains("app")))
        .hasSize(1);
  }

  @Test
  void fiftyWhoseTokenWasRevokedAskForOneNewToken() throws Exception {
    Bearer bearer = Bearer.anonymous();
    fake.authenticate(bearer);
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    bearer.revokeAll();
    CountDownLatch released = new CountDownLatch(1);
    fake.fail(SeenRequest::isToken, 1, new Fault.Stall(Fault.BEFORE_HEAD, released));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer<ManifestHead>>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(threads.submit(() -> registry.headManifest(APP, ONE)));
      }
      fake.awaitRequests(SeenRequest::isToken, 2);
      released.countDown();
      for (Future<Answer<ManifestHead>> answer : answers) {
        found(answer.get());
      }
    }
    assertThat(fake.requests(SeenRequest::isToken)).hasSize(2);
  }

  @Test
  void passwordOpensTheTokenEndpointAndIsNotSentElsewhere() {
    fake.authenticate(Bearer.of("me", "secret"));
    found(lab.registry(lab.settings("me", "secret"), Lab.PATIENT).headManifest(APP, ONE));
    assertThat(fake.requests(SeenRequest::isToken).getFirst().header("Authorization"))
        .contains("Basic bWU6c2VjcmV0");
    assertThat(fake.requests(SeenRequest::isManifest))
        .noneMatch(request -> request.header("Authorization").orElse("").startsWith("Basic"));
  }

  @Test
  void missingLoginIsRefusedWithAWordOnWhatToDo() {
    fake.authenticate(Bearer.of("me", "secret"));
    assertThat(refused(lab.registry().headManifest(APP, ONE)))
        .contains(fake.name() + " refused a token for repository:org/app:pull (401)")
        .contains("configure username and password-file for upstream " + fake.name())
        .contains("docker login " + fake.name());
  }

  @Test
  void wrongPasswordIsRefusedWithoutBeingTold() {
    fake.authenticate(Bearer.of("me", "secret"));
    assertThat(
            refused(lab.registry(lab.settings("me", "wr0ng"), Lab.PATIENT).headManifest(APP, ONE)))
        .contains("check username and password-file")
        .doesNotContain("wr0ng", "bWU6d3Iwbmc");
  }

  @Test
  void passwordIsReadAnewWhenItIsRefused() throws Exception {
    fake.authenticate(Bearer.of("me", "old"));
    UpstreamRegistry registry = lab.registry(lab.settings("me", "old"), Lab.PATIENT);
    found(registry.headManifest(APP, ONE));
    fake.authenticate(Bearer.of("me", "new"));
    lab.write("password", "new");
    found(registry.headManifest(APP, ONE));
    assertThat(fake.requests(SeenRequest::isToken)).hasSize(3);
  }

  @Test
  void passwordThatStandsInNoFileIsUsedAndNeverShown() throws Exception {
    fake.authenticate(Bearer.of("me", "secret"));
    UpstreamSettings settings =
        new UpstreamSettings(
            fake.name(),
            fake.url(),
            true,
            Optional.empty(),
            Optional.of(new UpstreamSettings.PasswordLogin("me", "secret")));
    found(lab.registry(settings, Lab.PATIENT).headManifest(APP, ONE));
    assertThat(settings.toString()).doesNotContain("secret");
  }

  @Test
  void passwordFileThatIsGoneIsAFailureThatNamesIt() throws Exception {
    fake.authenticate(Bearer.of("me", "secret"));
    UpstreamRegistry registry = lab.registry(lab.settings("me", "secret"), Lab.PATIENT);
    Files.delete(folder.resolve("password"));
    assertThat(failed(registry.headManifest(APP, ONE)))
        .contains("the password-file " + folder.resolve("password"));
  }

  @Test
  void dockerLoginIsUsedWhereTheConfigurationHasNone() {
    dockerLogin("\"auth\":\"bWU6c2VjcmV0\"");
    fake.authenticate(Bearer.of("me", "secret"));
    found(lab.registry().headManifest(APP, ONE));
  }

  @Test
  void identityTokenIsExchangedByPost() {
    dockerLogin("\"auth\":\"bWU6\",\"identitytoken\":\"id-1\"");
    fake.authenticate(Bearer.identity("id-1"));
    found(lab.registry().headManifest(APP, ONE));
    SeenRequest post = fake.requests(SeenRequest::isToken).getFirst();
    assertThat(post.body())
        .isEqualTo(
            "service=fake&grant_type=refresh_token&refresh_token=id-1&client_id=larder"
                + "&scope=repository%3Aorg%2Fapp%3Apull");
    assertThat(post.target()).isEqualTo("/token");
    assertThat(post.header("Content-Type").orElseThrow())
        .startsWith("application/x-www-form-urlencoded");
  }

  @Test
  void expiredLoginIsAskedForAnewWhenTheEndpointAnswers400() {
    dockerLogin("\"auth\":\"bWU6c2VjcmV0\"");
    fake.authenticate(Bearer.of("me", "secret"));
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    lab.clock.advance(Duration.ofHours(12));
    dockerLogin("\"auth\":\"bWU6bmV3\"");
    fake.authenticate(Bearer.of("me", "new"));
    fake.fail(SeenRequest::isToken, 1, new Fault.Status(400));
    found(registry.headManifest(APP, ONE));
  }

  @Test
  void basicIsSentOnlyAfterItWasAskedForAndThenAtOnce() {
    fake.authenticate(new FakeAuthentication.Basic("me", "secret"));
    UpstreamRegistry registry = lab.registry(lab.settings("me", "secret"), Lab.PATIENT);
    found(registry.headManifest(APP, ONE));
    found(registry.headManifest(OTHER, ONE));
    assertThat(fake.requests())
        .extracting(request -> request.header("Authorization"))
        .containsExactly(
            Optional.empty(), Optional.of("Basic bWU6c2VjcmV0"), Optional.of("Basic bWU6c2VjcmV0"));
  }

  @Test
  void openRegistryNeverSeesThePassword() {
    found(lab.registry(lab.settings("me", "secret"), Lab.PATIENT).headManifest(APP, ONE));
    assertThat(fake.requests()).allMatch(request -> request.header("Authorization").isEmpty());
  }

  @Test
  void refusedBasicIsAskedForAnewOnce() {
    fake.authenticate(new FakeAuthentication.Basic("me", "old"));
    UpstreamRegistry registry = lab.registry(lab.settings("me", "old"), Lab.PATIENT);
    found(registry.headManifest(APP, ONE));
    lab.write("password", "new");
    fake.authenticate(new FakeAuthentication.Basic("me", "new"));
    found(registry.headManifest(APP, ONE));
    fake.authenticate(new FakeAuthentication.Basic("me", "newest"));
    int before = fake.requests().size();
    assertThat(refused(registry.headManifest(APP, ONE))).contains("check username");
    assertThat(fake.requests()).hasSize(before + 1);
  }

  @Test
  void forbiddenIsRefused() {
    fake.fail(SeenRequest::isManifest, new Fault.Status(403));
    assertThat(refused(lab.registry().manifest(APP, ONE)))
        .startsWith(fake.name() + " refused org/app:1 (403): if it exists, configure username");
  }

  @Test
  void helpersAreNotAskedForWhatNeedsNoCredential() throws Exception {
    Path log = folder.resolve("helper.log");
    Path helper =
        lab.write(
            "docker-credential-x",
            "#!/bin/sh\necho asked >> %s\necho credentials not found\nexit 1\n".formatted(log));
    Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwx------"));
    lab.write("config.json", "{\"credsStore\":\"x\"}");
    UpstreamRegistry registry = lab.registry();
    found(registry.headManifest(APP, ONE));
    absent(registry.headManifest(APP, reference("none")));
    assertThat(log).doesNotExist();
    // That it has none is believed for a minute.
    fake.authenticate(Bearer.anonymous());
    found(registry.headManifest(APP, ONE));
    found(registry.headManifest(OTHER, ONE));
    assertThat(log).hasContent("asked");
    lab.clock.advance(Duration.ofMinutes(2));
    found(registry.headManifest(APP, ONE));
    assertThat(log).hasContent("asked\nasked");
  }

  @Test
  void unknownWayInIsRefused() {
    fake.fail(
        SeenRequest::isManifest,
        new Fault.Status(401, Map.of("WWW-Authenticate", "Negotiate"), ""));
    refused(lab.registry().manifest(APP, ONE));
    assertThat(fake.requests()).hasSize(1);
  }

  @Test
  void tokenEndpointInTroubleIsAFailure() {
    fake.authenticate(Bearer.anonymous());
    UpstreamRegistry registry = lab.registry();
    fake.fail(SeenRequest::isToken, 1, Fault.throttle("30"));
    assertThat(retryAfter(registry.headManifest(APP, ONE))).contains(Duration.ofSeconds(30));
    lab.clock.advance(Duration.ofSeconds(30));
    fake.fail(SeenRequest::isToken, 1, new Fault.Status(200, Map.of(), "<html>"));
    assertThat(failed(registry.headManifest(APP, ONE))).contains("did not answer with JSON");
    fake.fail(SeenRequest::isToken, 1, new Fault.Status(200, Map.of(), "{}"));
    assertThat(failed(registry.headManifest(APP, ONE))).contains("without a token");
    fake.fail(SeenRequest::isToken, 1, new Fault.Status(200, Map.of(), "{\"token\":\"a\\r\\nb\"}"));
    assertThat(failed(registry.headManifest(APP, ONE))).contains("without a token");
    found(registry.headManifest(APP, ONE));
  }

  @Test
  void tokenEndpointAtAPrivateAddressIsNotAsked() {
    fake.authenticate(Bearer.anonymous().withRealm(URI.create("http://10.11.12.13/token")));
    assertThat(failed(lab.registry().headManifest(APP, ONE)))
        .contains("10.11.12.13 is not at a public address");
  }

  @Test
  void tokenEndpointThatIsNoUrlIsAFailure() {
    fake.authenticate(Bearer.anonymous().withRealm(URI.create("ftp://me@example/")));
    assertThat(failed(lab.registry().headManifest(APP, ONE))).contains("is not a URL");
  }

  private void dockerLogin(String fields) {
    lab.write("config.json", "{\"auths\":{\"%s\":{%s}}}".formatted(fake.name(), fields));
  }
}
