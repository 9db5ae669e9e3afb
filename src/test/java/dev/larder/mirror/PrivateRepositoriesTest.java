package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.found;
import static dev.larder.mirror.TestMirrors.read;
import static dev.larder.mirror.TestMirrors.result;
import static dev.larder.mirror.TestMirrors.start;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import dev.larder.store.StoredManifest;
import dev.larder.testing.FakePrivacy;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import dev.larder.upstream.BearerChallenge;
import dev.larder.upstream.ClientToken;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets what of a repository that isn't everybody's. */
class PrivateRepositoriesTest {
  private static final TestImages.Image IMAGE = TestImages.image("secret", 1_000_000);
  private static final Tag TAG = new Tag("1.0");
  private static final Duration UNTOLD_LIFETIME = Duration.ofSeconds(60);
  private static final Duration CLOSED_FOR = Duration.ofMinutes(5);

  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private final FakePrivacy privacy = new FakePrivacy();
  private final CountDownLatch release = new CountDownLatch(1);
  private TestMirrors mirrors;

  @BeforeEach
  void open() throws Exception {
    mirrors = new TestMirrors(folder, TestMirrors.PATIENT);
    upstream.authenticate(privacy);
    upstream.putImage("app", "1.0", IMAGE);
    privacy.close("app");
    privacy.admit("alice", "app");
    privacy.admit("bob", "app");
  }

  @AfterEach
  void close() throws Exception {
    release.countDown();
    upstream.close();
    mirrors.close();
  }

  @Test
  void whoHasNoTokenIsToldWhereTheUpstreamGivesThem() {
    assertThat(challenge(nobody().manifest(TAG)))
        .isEqualTo(FakePrivacy.challenge(upstream.url(), "app"));
    assertThat(challenge(nobody().blob(IMAGE.layer(0)))).isNotEmpty();
    assertThat(challenge(nobody().blobSize(IMAGE.layer(0)))).isNotEmpty();
    assertThat(challenge(nobody().tags(""))).isNotEmpty();
    assertThat(challenge(nobody().referrers(IMAGE.digest(), ""))).isNotEmpty();
  }

  @Test
  void soItIsWhereNobodyInParticularGetsNoToken() {
    privacy.refuseAnonymousTokens();
    assertThat(challenge(nobody().manifest(TAG)))
        .isEqualTo(FakePrivacy.challenge(upstream.url(), "app"));
  }

  @Test
  void whoCanNotMeetAChallengeIsRefusedWithoutOne() {
    Lookup<StoredManifest> answer = mirrors.mirror(upstream, "app").manifest(TAG);
    assertThat(((Lookup.Refused<?>) answer).challenge()).isEmpty();
    pull("alice");
    assertThat(((Lookup.Refused<?>) mirrors.mirror(upstream, "app").manifest(TAG)).challenge())
        .isEmpty();
  }

  @Test
  void aClientsTokenGetsTheImageAndNobodyElseDoes() throws Exception {
    pull("alice");

    for (Mirror other : List.of(nobody(), with("eve"), mirrors.mirror(upstream, "app"))) {
      assertThat(other.ready(TAG)).isEmpty();
      assertThat(other.ready(IMAGE.digest())).isEmpty();
      for (Lookup<?> answer :
          List.of(
              other.manifest(TAG),
              other.refreshedManifest(TAG),
              other.manifest(IMAGE.digest()),
              other.blob(IMAGE.layer(0)),
              other.blobSize(IMAGE.layer(0)),
              other.tags(""),
              other.referrers(IMAGE.digest(), ""))) {
        assertThat(answer).isInstanceOf(Lookup.Refused.class);
      }
    }
    assertThat(with("alice").ready(TAG)).isPresent();
  }

  @Test
  void aTokenThatWasRefusedIsToldSo() {
    assertThat(challenge(with("eve").manifest(TAG))).endsWith(",error=\"insufficient_scope\"");
    upstream.fail(
        request -> request.header("Authorization").equals(Optional.of("Bearer mallory")),
        new Fault.Status(401, Map.of("WWW-Authenticate", "Bearer realm=\"http://r/\""), ""));
    assertThat(challenge(with("mallory").manifest(TAG)))
        .isEqualTo("Bearer realm=\"http://r/\",error=\"invalid_token\"");
  }

  @Test
  void aTokenIsAskedAboutOnce() throws Exception {
    pull("alice");
    assertThat(seen("alice").stream().filter(TestMirrors::headsManifest)).hasSize(1);
    assertThat(seen("alice")).hasSize(4);

    pull("alice");
    assertThat(seen("alice")).hasSize(4);
    pull("bob");
    pull("bob");
    assertThat(seen("bob")).hasSize(1).allMatch(TestMirrors::headsManifest);
  }

  @Test
  void aTokenThatComesForABlobFirstIsAskedAboutOnceToo() throws Exception {
    pull("alice");
    assertThat(read(with("bob").blob(IMAGE.layer(0)))).isEqualTo(IMAGE.layers().getFirst());
    pull("bob");
    assertThat(seen("bob")).hasSize(1).allMatch(TestMirrors::headsBlob);
  }

  @Test
  void aTokenIsAskedAboutAgainWhenItMayHaveExpired() throws Exception {
    pull("alice");
    mirrors.pass(UNTOLD_LIFETIME.minusSeconds(1));
    read(with("alice").blob(IMAGE.layer(0)));
    assertThat(seen("alice")).hasSize(4);
    mirrors.pass(Duration.ofSeconds(1));
    assertThat(with("alice").ready(IMAGE.digest())).isEmpty();
    read(with("alice").blob(IMAGE.layer(0)));
    assertThat(seen("alice")).hasSize(5);
    privacy.expel("alice", "app");
    mirrors.pass(UNTOLD_LIFETIME);
    assertThat(challenge(with("alice").blob(IMAGE.layer(0)))).contains("insufficient_scope");
  }

  @Test
  void aTokenThatSaysWhenItExpiresIsBelieved() throws Exception {
    String token = token(mirrors.now().plusSeconds(300));
    privacy.admit(token, "app");
    pull(token);
    mirrors.pass(Duration.ofSeconds(299));
    read(with(token).blob(IMAGE.layer(0)));
    assertThat(seen(token)).hasSize(4);
    mirrors.pass(Duration.ofSeconds(1));
    read(with(token).blob(IMAGE.layer(0)));
    assertThat(seen(token)).hasSize(5);
  }

  @Test
  void whatWasRefusedIsNotAskedForAgainAtOnce() {
    nobody().manifest(TAG);
    with("eve").manifest(TAG);
    int asked = upstream.requests().size();
    nobody().manifest(TAG);
    with("eve").manifest(TAG);
    assertThat(upstream.requests()).hasSize(asked);
    mirrors.pass(TestMirrors.ABSENT);
    with("eve").manifest(TAG);
    assertThat(upstream.requests()).hasSizeGreaterThan(asked);
  }

  @Test
  void whoHasNoTokenCostsNothingWhereTheUpstreamWasAskedLately() throws Exception {
    pull("alice");
    mirrors.pass(TestMirrors.ABSENT);
    int asked = upstream.requests().size();
    assertThat(challenge(nobody().blob(IMAGE.layer(0)))).isNotEmpty();
    assertThat(challenge(nobody().manifest(TAG))).isNotEmpty();
    assertThat(upstream.requests()).hasSize(asked);
  }

  @Test
  void privacyOutlivesTheProcess() throws Exception {
    pull("alice");
    mirrors.restart();

    assertThat(challenge(nobody().manifest(IMAGE.digest()))).isNotEmpty();
    assertThat(challenge(with("eve").blob(IMAGE.layer(0)))).isNotEmpty();
    int asked = seen("alice").size();
    pull("alice");
    assertThat(seen("alice")).hasSize(asked + 1);
  }

  @Test
  void whereTheUpstreamCanNotBeAskedARememberedTokenAloneCounts() throws Exception {
    pull("alice");
    mirrors.pass(TestMirrors.FRESH);
    upstream.vanish();

    assertThat(found(with("alice").manifest(TAG)).source()).isEqualTo(Source.STALE);
    assertThat(read(with("alice").blob(IMAGE.layer(0)))).isEqualTo(IMAGE.layers().getFirst());
    for (Mirror other : List.of(with("bob"), mirrors.mirror(upstream, "app"))) {
      assertThat(other.manifest(TAG)).isNotInstanceOf(Lookup.Found.class);
      assertThat(other.blob(IMAGE.layer(0))).isNotInstanceOf(Lookup.Found.class);
    }
    assertThat(with("bob").blob(IMAGE.layer(0))).isInstanceOf(Lookup.Unavailable.class);
    mirrors.restart();
    assertThat(with("alice").manifest(TAG)).isInstanceOf(Lookup.Unavailable.class);
    assertThat(nobody().manifest(IMAGE.digest())).isInstanceOf(Lookup.Unavailable.class);
  }

  @Test
  void whatTheUpstreamGivesToEverybodyNowIsEverybodys() throws Exception {
    pull("alice");
    privacy.open("app");
    mirrors.pass(CLOSED_FOR);

    assertThat(read(nobody().blob(IMAGE.layer(0)))).isEqualTo(IMAGE.layers().getFirst());
    assertThat(mirrors.mirror(upstream, "app").ready(IMAGE.digest())).isPresent();
    mirrors.restart();
    upstream.vanish();
    assertThat(found(nobody().manifest(IMAGE.digest())).source()).isEqualTo(Source.HIT);
  }

  @Test
  void anOutdatedTokenKeepsNobodyFromWhatIsEverybodysNow() throws Exception {
    pull("alice");
    privacy.open("app");
    privacy.close("other");
    mirrors.pass(CLOSED_FOR);
    upstream.fail(
        request -> request.header("Authorization").equals(Optional.of("Bearer old")),
        new Fault.Status(401, Map.of("WWW-Authenticate", "Bearer realm=\"http://r/\""), ""));
    found(with("old").manifest(TAG));
  }

  @Test
  void whatWasEverybodysIsPrivateOnceATokenHasBroughtMore() throws Exception {
    privacy.open("app");
    found(nobody().manifest(TAG));
    read(nobody().blob(IMAGE.layer(0)));
    privacy.close("app");
    mirrors.pass(TestMirrors.FRESH);

    // What the digest names was given to everybody; what the tag names now isn't.
    assertThat(challenge(nobody().manifest(TAG))).isNotEmpty();
    found(nobody().manifest(IMAGE.digest()));
    pull("alice");
    assertThat(challenge(nobody().manifest(IMAGE.digest()))).isNotEmpty();
    assertThat(challenge(nobody().blob(IMAGE.layer(0)))).isNotEmpty();
  }

  @Test
  void noTokenGoesToTheUpstreamForWhatIsEverybodys() throws Exception {
    privacy.open("app");
    pull("alice");
    pull("eve");
    assertThat(seen("alice")).isEmpty();
    assertThat(seen("eve")).isEmpty();
    assertThat(mirrors.store().privateRepositories().contains(nobody().key())).isFalse();
  }

  @Test
  void aTokenForOneRepositoryIsNoneForAnother() throws Exception {
    upstream.putImage("other", "1.0", IMAGE);
    privacy.close("other");
    privacy.admit("bob", "other");
    pull("alice");
    result(new Pull("bob", "other").start());
    assertThat(challenge(with("alice", "other").manifest(IMAGE.digest()))).isNotEmpty();
    assertThat(challenge(with("alice", "other").blob(IMAGE.layer(0)))).isNotEmpty();
  }

  @Test
  void aFetchInProgressIsForThoseAloneWhoHaveARight() throws Exception {
    found(with("alice").manifest(TAG));
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(200_000, release));
    try (MirroredBlob first = found(with("alice").blob(IMAGE.layer(0))).value()) {
      assertThat(first).isInstanceOf(MirroredBlob.Arriving.class);
      assertThat(challenge(nobody().blob(IMAGE.layer(0)))).isNotEmpty();
      assertThat(challenge(nobody().blobSize(IMAGE.layer(0)))).isNotEmpty();
      assertThat(challenge(with("eve").blob(IMAGE.layer(0)))).isNotEmpty();
      MirroredBlob joined = found(with("bob").blob(IMAGE.layer(0))).value();
      FutureTask<byte[]> bytes = start(1, () -> read(joined, 0, joined.size())).getFirst();
      release.countDown();
      assertThat(result(bytes)).isEqualTo(IMAGE.layers().getFirst());
      joined.close();
    }
    assertThat(upstream.requests(TestMirrors::getsBlob)).hasSize(1);
  }

  @Test
  void aFetchThatFailsForOneTokenIsBegunAnewByAnother() throws Exception {
    found(with("alice").manifest(TAG));
    found(with("bob").manifest(TAG));
    upstream.fail(
        request -> TestMirrors.getsBlob(request) && isBy("alice", request),
        new Fault.Stall(Fault.BEFORE_HEAD, release));
    FutureTask<Lookup<MirroredBlob>> first =
        start(1, () -> with("alice").blob(IMAGE.layer(0))).getFirst();
    upstream.awaitRequests(TestMirrors::getsBlob, 1);
    FutureTask<byte[]> second = start(1, () -> read(with("bob").blob(IMAGE.layer(0)))).getFirst();
    privacy.expel("alice", "app");
    upstream.recover();
    upstream.fail(request -> isBy("alice", request), new Fault.Status(403));
    release.countDown();
    result(first);
    assertThat(result(second)).isEqualTo(IMAGE.layers().getFirst());
  }

  @Test
  void aQuestionOnBehalfOfSomebodyIsSharedWithNobodyElse() throws Exception {
    upstream.fail(request -> isBy("alice", request), new Fault.Stall(Fault.BEFORE_HEAD, release));
    FutureTask<Lookup<StoredManifest>> asked =
        start(1, () -> with("alice").manifest(TAG)).getFirst();
    upstream.awaitRequests(request -> isBy("alice", request), 1);
    assertThat(challenge(nobody().manifest(TAG))).isNotEmpty();
    assertThat(challenge(with("eve").manifest(TAG))).isNotEmpty();
    release.countDown();
    found(result(asked));
  }

  @Test
  void whoHasARightDoesNotWaitForTheAnswerToSomebodyWithout() throws Exception {
    upstream.fail(
        request -> TestMirrors.headsManifest(request) && !isBy("alice", request),
        new Fault.Stall(Fault.BEFORE_HEAD, release));
    FutureTask<Lookup<StoredManifest>> without = start(1, () -> nobody().manifest(TAG)).getFirst();
    upstream.awaitRequests(TestMirrors::headsManifest, 1);
    read(with("alice").blob(IMAGE.layer(0)));
    found(result(start(1, () -> with("alice").manifest(TAG)).getFirst()));
    release.countDown();
    assertThat(challenge(result(without))).isNotEmpty();
  }

  @Test
  void aMethodThatTheUpstreamDoesNotKnowProvesNoRight() throws Exception {
    pull("alice");
    mirrors.pass(UNTOLD_LIFETIME);
    upstream.fail(TestMirrors::headsManifest, new Fault.Status(405));
    assertThat(with("eve").manifest(IMAGE.digest())).isInstanceOf(Lookup.Refused.class);
    assertThat(nobody().manifest(IMAGE.digest())).isInstanceOf(Lookup.Refused.class);
    found(with("bob").manifest(IMAGE.digest()));
  }

  @Test
  void aTokenThatTheUpstreamHasNothingForProvesNothingAndChangesNothing() throws Exception {
    pull("alice");
    upstream.fail(request -> isBy("eve", request), new Fault.Status(404));
    assertThat(with("eve").manifest(TAG)).isInstanceOf(Lookup.Absent.class);
    assertThat(with("eve").blob(IMAGE.layer(0))).isInstanceOf(Lookup.Absent.class);
    pull("alice");
  }

  private record Pulled(StoredManifest manifest, byte[] layer) {}

  /** An image's manifest by tag, and its configuration and layer, as containerd wants them. */
  private final class Pull {
    private final String token;
    private final String repository;

    Pull(String token, String repository) {
      this.token = token;
      this.repository = repository;
    }

    Pulled pull() throws Exception {
      StoredManifest manifest = found(with(token, repository).manifest(TAG)).value();
      assertThat(manifest.digest()).isEqualTo(IMAGE.digest());
      assertThat(read(with(token, repository).blob(Digest.sha256(IMAGE.config()))))
          .isEqualTo(IMAGE.config());
      return new Pulled(manifest, read(with(token, repository).blob(IMAGE.layer(0))));
    }

    FutureTask<Pulled> start() {
      return TestMirrors.start(1, this::pull).getFirst();
    }
  }

  private void pull(String token) {
    try {
      assertThat(new Pull(token, "app").pull().layer()).isEqualTo(IMAGE.layers().getFirst());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Mirror nobody() {
    return mirrors.mirror(upstream, "app").forClient(Optional.empty());
  }

  private Mirror with(String token) {
    return with(token, "app");
  }

  private Mirror with(String token, String repository) {
    return mirrors
        .mirror(upstream, repository)
        .forClient(Optional.of(ClientToken.parse("Bearer " + token).orElseThrow()));
  }

  private List<SeenRequest> seen(String token) {
    return upstream.requests(request -> isBy(token, request));
  }

  private static boolean isBy(String token, SeenRequest request) {
    return request.header("Authorization").equals(Optional.of("Bearer " + token));
  }

  private static String challenge(Lookup<?> answer) {
    assertThat(answer).isInstanceOf(Lookup.Refused.class);
    return ((Lookup.Refused<?>) answer).challenge().map(BearerChallenge::value).orElse("");
  }

  private static String token(Instant expires) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    String claims = "{\"exp\":%d}".formatted(expires.getEpochSecond());
    return base64.encodeToString("{\"alg\":\"RS256\"}".getBytes(UTF_8))
        + "."
        + base64.encodeToString(claims.getBytes(UTF_8))
        + ".signature";
  }
}
