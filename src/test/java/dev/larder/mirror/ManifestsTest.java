package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.FRESH;
import static dev.larder.mirror.TestMirrors.awaitParked;
import static dev.larder.mirror.TestMirrors.found;
import static dev.larder.mirror.TestMirrors.results;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.Tag;
import dev.larder.store.StoredManifest;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {
  private static final Tag TAG = new Tag("1.0");
  private static final TestImages.Image OLD = TestImages.image("old", 10);
  private static final TestImages.Image NEW = TestImages.image("new", 10);

  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private final CountDownLatch release = new CountDownLatch(1);
  private TestMirrors mirrors;

  @BeforeEach
  void open() throws Exception {
    mirrors = new TestMirrors(folder, TestMirrors.PATIENT);
    upstream.putImage("app", "1.0", OLD);
  }

  @AfterEach
  void close() throws Exception {
    release.countDown();
    upstream.close();
    mirrors.close();
  }

  private Mirror app() {
    return mirrors.mirror(upstream, "app");
  }

  private static void assertAnswer(
      Lookup<StoredManifest> lookup, TestImages.Image image, Source source) {
    Lookup.Found<StoredManifest> found = found(lookup);
    assertThat(found.value().digest()).isEqualTo(image.digest());
    assertThat(found.value().content()).isEqualTo(image.manifest());
    assertThat(found.value().mediaType()).isEqualTo(image.mediaType());
    assertThat(found.source()).isEqualTo(source);
    assertThat(found.warning().isPresent()).isEqualTo(source == Source.STALE);
  }

  private int requests() {
    return upstream.requests(SeenRequest::isManifest).size();
  }

  @Test
  void tagIsServedWithoutAskingForAsLongAsItIsFresh() {
    assertAnswer(app().manifest(TAG), OLD, Source.MISS);
    mirrors.pass(FRESH.minusMillis(1));
    assertAnswer(app().manifest(TAG), OLD, Source.HIT);
    assertThat(upstream.requests(TestMirrors::headsManifest)).hasSize(1);
    assertThat(upstream.requests(TestMirrors::getsManifest)).hasSize(1);
  }

  @Test
  void tagThatHasNotMovedIsCheckedByHeadAlone() {
    app().manifest(TAG);
    mirrors.pass(FRESH);
    assertAnswer(app().manifest(TAG), OLD, Source.REVALIDATED);
    assertAnswer(app().manifest(TAG), OLD, Source.HIT);
    assertThat(upstream.requests(TestMirrors::headsManifest)).hasSize(2);
    assertThat(upstream.requests(TestMirrors::getsManifest)).hasSize(1);
  }

  @Test
  void freshTagIsCheckedAllTheSameWhereThatIsAskedFor() {
    app().manifest(TAG);
    assertAnswer(app().refreshedManifest(TAG), OLD, Source.REVALIDATED);
    upstream.putImage("app", "1.0", NEW);
    assertAnswer(app().refreshedManifest(TAG), NEW, Source.MISS);
    assertAnswer(app().manifest(TAG), NEW, Source.HIT);
    int before = requests();
    assertAnswer(app().refreshedManifest(NEW.digest()), NEW, Source.HIT);
    assertThat(requests()).isEqualTo(before);
  }

  @Test
  void tagThatHasMovedIsFetchedByDigest() {
    app().manifest(TAG);
    upstream.putImage("app", "1.0", NEW);
    mirrors.pass(FRESH);
    assertAnswer(app().manifest(TAG), NEW, Source.MISS);
    assertThat(upstream.requests(TestMirrors::getsManifest).getLast().path())
        .endsWith("/" + NEW.digest());
    assertThat(mirrors.store().catalog().tag(app().key(), TAG)).contains(NEW.digest());
  }

  @Test
  void tagThatMovesToAManifestThatIsHereIsNotFetched() {
    app().manifest(TAG);
    upstream.putImage("app", "2.0", NEW);
    app().manifest(NEW.digest());
    upstream.moveTag("app", "1.0", NEW.digest());
    mirrors.pass(FRESH);
    assertAnswer(app().manifest(TAG), NEW, Source.REVALIDATED);
    assertThat(mirrors.store().catalog().tag(app().key(), TAG)).contains(NEW.digest());
    assertThat(upstream.requests(TestMirrors::getsManifest)).hasSize(2);
  }

  @Test
  void digestNeverExpiresAndIsAskedForOnce() throws Exception {
    assertAnswer(app().manifest(OLD.digest()), OLD, Source.MISS);
    mirrors.pass(FRESH.multipliedBy(1000));
    assertAnswer(app().manifest(OLD.digest()), OLD, Source.HIT);
    upstream.vanish();
    mirrors.restart();
    assertAnswer(app().manifest(OLD.digest()), OLD, Source.HIT);
    assertThat(requests()).isEqualTo(1);
  }

  @Test
  void nothingIsFreshAfterARestart() throws Exception {
    app().manifest(TAG);
    mirrors.restart();
    assertThat(app().ready(TAG)).isEmpty();
    assertAnswer(app().manifest(TAG), OLD, Source.REVALIDATED);
  }

  @Test
  void whatIsInMemoryAndFreshIsReady() {
    assertThat(app().ready(TAG)).isEmpty();
    assertThat(app().ready(OLD.digest())).isEmpty();
    app().manifest(TAG);
    assertAnswer(app().ready(TAG).orElseThrow(), OLD, Source.HIT);
    assertAnswer(app().ready(OLD.digest()).orElseThrow(), OLD, Source.HIT);
    mirrors.pass(FRESH);
    assertThat(app().ready(TAG)).isEmpty();
    assertThat(app().ready(OLD.digest())).isPresent();
  }

  @Test
  void fiftyWhoWaitShareOneQuestion() throws Exception {
    List<Lookup<StoredManifest>> answers = askTogether(50, release::countDown);
    assertThat(answers).hasSize(50).allSatisfy(answer -> assertAnswer(answer, OLD, Source.MISS));
    assertThat(upstream.requests(TestMirrors::headsManifest)).hasSize(1);
    assertThat(upstream.requests(TestMirrors::getsManifest)).hasSize(1);
  }

  @Test
  void fiftyWhoWaitShareAFailure() throws Exception {
    List<Lookup<StoredManifest>> answers = askTogether(50, upstream::vanish);
    assertThat(answers)
        .hasSize(50)
        .allSatisfy(answer -> assertThat(answer).isInstanceOf(Lookup.Unavailable.class));
    assertThat(upstream.requests()).hasSize(1);
  }

  /** Asks for the tag by so many threads; does {@code then} when all of them wait. */
  private List<Lookup<StoredManifest>> askTogether(int times, Runnable then) throws Exception {
    upstream.fail(SeenRequest::isManifest, 1, new Fault.Stall(Fault.BEFORE_HEAD, release));
    Mirror app = app();
    List<FutureTask<Lookup<StoredManifest>>> tasks = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      FutureTask<Lookup<StoredManifest>> task = new FutureTask<>(() -> app.manifest(TAG));
      tasks.add(task);
      threads.add(Thread.ofVirtual().start(task));
    }
    upstream.awaitRequests(SeenRequest::isManifest, 1);
    awaitParked(threads);
    then.run();
    return results(tasks);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503, 302})
  void lastGoodAnswerIsServedWhenTheUpstreamFails(int status) {
    app().manifest(TAG);
    mirrors.pass(FRESH);
    upstream.fail(SeenRequest::isManifest, new Fault.Status(status));
    assertAnswer(app().manifest(TAG), OLD, Source.STALE);
    upstream.recover();
    assertAnswer(app().manifest(TAG), OLD, Source.REVALIDATED);
  }

  @Test
  void lastGoodAnswerIsServedWhenTheUpstreamIsGone() throws Exception {
    app().manifest(TAG);
    upstream.vanish();
    mirrors.restart();
    assertAnswer(app().manifest(TAG), OLD, Source.STALE);
  }

  @Test
  void lastGoodAnswerIsServedForItsTimeAlsoAfterARestart() throws Exception {
    Duration longest = Duration.ofDays(7);
    mirrors.restart(longest);
    app().manifest(TAG);
    mirrors.pass(Duration.ofDays(3));
    assertAnswer(app().manifest(TAG), OLD, Source.REVALIDATED);
    upstream.vanish();
    mirrors.restart(longest);
    mirrors.pass(longest.minusMillis(1));
    assertThat(found(app().manifest(TAG)).warning().orElseThrow())
        .contains("answer of 2026-01-04T00:00:00Z", "may be old", "connection was refused");

    mirrors.pass(Duration.ofMillis(1));

    assertThat(app().manifest(TAG).message())
        .contains("connection was refused", "at 2026-01-04T00:00:00Z is older than stale-for");
    assertAnswer(app().manifest(OLD.digest()), OLD, Source.HIT);
  }

  @Test
  void anAnswerIsAsGoodWhereItCannotBeNotedThatItWasGivenAgain() throws Exception {
    app().manifest(TAG);
    mirrors.pass(FRESH);
    try (Connection catalog =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("catalog.db"));
        Statement statement = catalog.createStatement()) {
      statement.executeUpdate(
          "CREATE TRIGGER full BEFORE UPDATE ON tags BEGIN SELECT RAISE(FAIL, 'full'); END");
    }
    assertAnswer(app().manifest(TAG), OLD, Source.REVALIDATED);
    assertAnswer(app().manifest(TAG), OLD, Source.HIT);
  }

  @Test
  void withoutATimeForStaleAnswersThereAreNone() throws Exception {
    mirrors.restart(Duration.ZERO);
    app().manifest(TAG);
    assertAnswer(app().manifest(TAG), OLD, Source.HIT);
    mirrors.pass(FRESH);
    upstream.fail(SeenRequest::isManifest, new Fault.Status(429));
    assertThat(app().manifest(TAG)).isInstanceOf(Lookup.Unavailable.class);
  }

  @Test
  void nobodyWaitsForAnUpstreamThatHasLetThemWaitToSeeWhetherItIsBack() throws Exception {
    mirrors.close();
    mirrors = new TestMirrors(folder, Duration.ofMillis(200));
    app().manifest(TAG);
    mirrors.pass(FRESH);
    upstream.fail(SeenRequest::isManifest, new Fault.Stall(Fault.BEFORE_HEAD, release));
    for (int i = 0; i < 3; i++) {
      assertAnswer(app().manifest(TAG), OLD, Source.STALE);
    }
    assertThat(found(app().manifest(TAG)).warning().orElseThrow())
        .contains("is left alone for 5 s");
    int before = requests();
    upstream.recover();
    mirrors.pass(Duration.ofSeconds(5));

    assertThat(found(app().manifest(TAG)).warning().orElseThrow()).contains("is being asked again");

    upstream.awaitRequests(SeenRequest::isManifest, before + 1);
    mirrors.restart(Duration.ofDays(1)); // which waits for what comes of that
    assertThat(mirrors.store().catalog().lastAnswer(app().key(), TAG).orElseThrow().at())
        .isEqualTo("2026-01-01T00:00:35Z");
  }

  @Test
  void offlineWhatIsHereIsServedHoweverOldAndNobodyIsAsked() throws Exception {
    app().manifest(TAG);
    mirrors.restart(Duration.ofDays(1));
    mirrors.restartOffline();
    mirrors.pass(Duration.ofDays(1000));
    int before = upstream.requests().size();
    assertThat(found(app().manifest(TAG)).warning().orElseThrow()).contains("Larder is offline");
    assertAnswer(app().manifest(TAG), OLD, Source.STALE);
    assertAnswer(app().refreshedManifest(TAG), OLD, Source.STALE);
    assertAnswer(app().manifest(OLD.digest()), OLD, Source.HIT);
    Lookup<StoredManifest> other = app().manifest(new Tag("2.0"));
    assertThat(other).isInstanceOf(Lookup.NotAsked.class);
    assertThat(other.message())
        .isEqualTo("Larder is offline, so %s isn't asked for app:2.0".formatted(upstream.name()));
    assertThat(app().manifest(NEW.digest())).isInstanceOf(Lookup.NotAsked.class);
    assertThat(upstream.requests()).hasSize(before);
  }

  @Test
  void lastGoodAnswerIsServedWhenTheNewManifestCannotBeHad() {
    app().manifest(TAG);
    upstream.putImage("app", "1.0", NEW);
    mirrors.pass(FRESH);
    upstream.fail(TestMirrors::getsManifest, new Fault.Status(500));
    assertAnswer(app().manifest(TAG), OLD, Source.STALE);
    assertThat(mirrors.store().catalog().tag(app().key(), TAG)).contains(OLD.digest());
  }

  @Test
  void withoutAnEarlierAnswerAFailureIsOne() {
    upstream.fail(SeenRequest::isManifest, new Fault.Status(500));
    assertThat(app().manifest(TAG)).isInstanceOf(Lookup.Unavailable.class);
    assertThat(app().manifest(OLD.digest())).isInstanceOf(Lookup.Unavailable.class);
  }

  @Test
  void whatTheUpstreamRefusesIsNotServedByTagButByDigest() {
    app().manifest(TAG);
    mirrors.pass(FRESH);
    upstream.fail(SeenRequest::isManifest, new Fault.Status(403));
    assertThat(app().manifest(TAG)).isInstanceOf(Lookup.Refused.class);
    assertAnswer(app().manifest(OLD.digest()), OLD, Source.HIT);
    assertThat(app().manifest(NEW.digest())).isInstanceOf(Lookup.Refused.class);
  }

  @Test
  void tagThatIsGoneIsAbsentButItsManifestStays() {
    app().manifest(TAG);
    mirrors.pass(FRESH);
    upstream.deleteTag("app", "1.0");
    assertThat(app().manifest(TAG)).isInstanceOf(Lookup.Absent.class);
    assertAnswer(app().manifest(OLD.digest()), OLD, Source.HIT);
    mirrors.pass(FRESH);
    upstream.vanish();
    assertThat(app().manifest(TAG)).isInstanceOf(Lookup.Unavailable.class);
  }

  @Test
  void absenceIsRememberedForAMoment() {
    Tag missing = new Tag("missing");
    assertThat(app().manifest(missing)).isInstanceOf(Lookup.Absent.class);
    assertThat(app().manifest(NEW.digest())).isInstanceOf(Lookup.Absent.class);
    upstream.putImage("app", "missing", NEW);
    assertThat(app().manifest(missing)).isInstanceOf(Lookup.Absent.class);
    assertThat(app().manifest(NEW.digest())).isInstanceOf(Lookup.Absent.class);
    assertThat(requests()).isEqualTo(2);
    mirrors.pass(TestMirrors.ABSENT);
    assertAnswer(app().manifest(missing), NEW, Source.MISS);
  }

  @Test
  void headWithoutDigestIsFollowedByGet() {
    upstream.fail(TestMirrors::headsManifest, new Fault.WithoutHeader("Docker-Content-Digest"));
    assertAnswer(app().manifest(TAG), OLD, Source.MISS);
    assertAnswer(app().manifest(TAG), OLD, Source.HIT);
    upstream.putImage("app", "1.0", NEW);
    mirrors.pass(FRESH);
    assertAnswer(app().manifest(TAG), NEW, Source.MISS);
  }

  @Test
  void digestThatHeadMakesUpIsNotBelieved() {
    upstream.fail(
        TestMirrors::headsManifest,
        new Fault.WithHeader("Docker-Content-Digest", NEW.digest().toString()));
    assertAnswer(app().manifest(TAG), OLD, Source.MISS);
    assertThat(mirrors.store().catalog().tag(app().key(), TAG)).contains(OLD.digest());
  }

  @Test
  void manifestOfAnUnknownKindIsServedAsItCame() {
    byte[] content = "{\"hello\": 1}".getBytes(StandardCharsets.UTF_8);
    MediaType type = new MediaType("application/vnd.example+json");
    Digest digest = upstream.putManifest("app", "odd", type, content);
    Lookup.Found<StoredManifest> found = found(app().manifest(new Tag("odd")));
    assertThat(found.value().content()).isEqualTo(content);
    assertThat(found.value().mediaType()).isEqualTo(type);
    assertThat(found.value().digest()).isEqualTo(digest);
  }

  @Test
  void repositoriesAndUpstreamsDoNotMix() {
    app().manifest(TAG);
    assertThat(mirrors.mirror(upstream, "other").manifest(OLD.digest()))
        .isInstanceOf(Lookup.Absent.class);
    try (FakeUpstream other = FakeUpstream.start()) {
      other.putImage("app", "1.0", NEW);
      assertAnswer(mirrors.mirror(other, "app").manifest(TAG), NEW, Source.MISS);
      assertAnswer(app().manifest(TAG), OLD, Source.HIT);
    }
  }
}
