package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.found;
import static dev.larder.mirror.TestMirrors.read;
import static dev.larder.mirror.TestMirrors.result;
import static dev.larder.mirror.TestMirrors.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.testing.FakePrivacy;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import dev.larder.upstream.ClientToken;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Large blobs of upstreams that are slow on each connection. */
@Timeout(60)
class RangesTest {
  private static final int LENGTH = 2_000_000;
  private static final byte[] LAYER = TestImages.bytes(1, LENGTH);

  /** Fewer than stand between the decision for ranges and the first of them. */
  private static final int STEP = TestMirrors.RANGES.piece() - 1;

  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private final Semaphore steps = new Semaphore(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private TestMirrors mirrors;
  private Digest layer;

  @BeforeEach
  void open() throws Exception {
    open(TestMirrors.PATIENT);
  }

  private void open(Duration silence) throws Exception {
    mirrors = new TestMirrors(folder, silence);
    mirrors.tick(Duration.ofSeconds(1));
    layer = upstream.putBlob("app", LAYER);
    upstream.fail(RangesTest::asksForAll, 1, new Fault.Slow(STEP, steps));
  }

  @AfterEach
  void close() throws Exception {
    release.countDown();
    steps.release(1000);
    upstream.close();
    mirrors.close();
  }

  private static boolean asksForAll(SeenRequest request) {
    return TestMirrors.getsBlob(request) && request.header("Range").isEmpty();
  }

  private static boolean asksForRange(SeenRequest request) {
    return TestMirrors.getsBlob(request)
        && request
            .header("Range")
            .filter(range -> range.matches("bytes=[0-9]+-[0-9]+"))
            .isPresent();
  }

  private static boolean asksForRest(SeenRequest request) {
    return TestMirrors.getsBlob(request)
        && request.header("Range").filter(range -> range.endsWith("-")).isPresent();
  }

  private record Asked(long first, long last) {
    static Asked of(SeenRequest request) {
      String[] range =
          request.header("Range").orElseThrow().substring("bytes=".length()).split("-", -1);
      return new Asked(Long.parseLong(range[0]), Long.parseLong(range[1]));
    }
  }

  /** The ranges that were asked for, from the first on. */
  private List<Asked> asked() {
    return upstream.requests(RangesTest::asksForRange).stream()
        .map(Asked::of)
        .sorted(Comparator.comparingLong(Asked::first))
        .toList();
  }

  private Lookup<MirroredBlob> pull() {
    return mirrors.mirror(upstream, "app").blob(layer);
  }

  private FutureTask<byte[]> startPull() {
    return start(1, () -> read(pull())).getFirst();
  }

  /** Lets the stream that came first go on as soon as ranges come beside it. */
  private void goOnBesideRanges() throws InterruptedException {
    upstream.awaitRequests(RangesTest::asksForRange, 3);
    steps.release(2);
  }

  @Test
  void rangesComeBesideTheStreamAndThenInItsPlace() throws Exception {
    FutureTask<byte[]> pull = startPull();
    goOnBesideRanges();
    assertThat(result(pull)).isEqualTo(LAYER);
    List<Asked> asked = asked();
    assertThat(asked.getFirst().first()).isBetween((long) STEP, 2L * TestMirrors.RANGES.piece());
    assertThat(asked.getLast().last()).isEqualTo(LENGTH - 1);
    for (int i = 1; i < asked.size(); i++) {
      assertThat(asked.get(i).first()).isEqualTo(asked.get(i - 1).last() + 1);
    }
    assertThat(upstream.requests(RangesTest::asksForRange))
        .allSatisfy(
            request -> assertThat(request.header("If-Range")).contains("\"" + layer + "\""));
    assertThat(upstream.requests(RangesTest::asksForAll)).hasSize(1);
    assertThat(upstream.bytesSent()).isLessThan(LENGTH + 2 * STEP);
  }

  @Test
  void noMoreConnectionsAreMadeThanMayBe() throws Exception {
    FutureTask<byte[]> pull = startPull();
    goOnBesideRanges();
    result(pull);
    // The first one's place is taken by the last of four.
    assertThat(upstream.connectionsAccepted()).isLessThanOrEqualTo(5);
  }

  @Test
  void fetchesOfOneUpstreamShareItsConnections() throws Exception {
    upstream.recover();
    upstream.fail(RangesTest::asksForRange, new Fault.Stall(0, release));
    Mirror app = mirrors.mirror(upstream, "app");
    List<FutureTask<byte[]>> pulls = new ArrayList<>();
    List<Semaphore> streams = new ArrayList<>();
    for (int seed = 1; seed <= 3; seed++) {
      Digest digest = upstream.putBlob("app", TestImages.bytes(seed, LENGTH));
      Semaphore stream = new Semaphore(1);
      upstream.fail(
          request -> asksForAll(request) && request.path().endsWith(digest.toString()),
          new Fault.Slow(STEP, stream));
      streams.add(stream);
      pulls.addAll(start(1, () -> read(app.blob(digest))));
    }
    upstream.awaitRequests(RangesTest::asksForRange, 3);
    streams.forEach(stream -> stream.release(2));
    upstream.awaitRequests(RangesTest::asksForRange, TestMirrors.RANGES.perUpstream());
    assertThat(
            upstream.requests(RangesTest::asksForRange).stream().map(SeenRequest::path).distinct())
        .hasSize(1);
    streams.forEach(stream -> stream.release(1000));
    release.countDown();
    for (int i = 0; i < pulls.size(); i++) {
      assertThat(result(pulls.get(i))).isEqualTo(TestImages.bytes(i + 1, LENGTH));
    }
  }

  @Test
  void smallBlobComesInOneStream() throws Exception {
    byte[] small = TestImages.bytes(2, (int) TestMirrors.RANGES.least());
    Digest digest = upstream.putBlob("app", small);
    steps.release(1000);
    assertThat(read(mirrors.mirror(upstream, "app").blob(digest))).isEqualTo(small);
    assertThat(upstream.requests(RangesTest::asksForRange)).isEmpty();
  }

  @Test
  void streamThatIsFastGoesOn() throws Exception {
    mirrors.tick(Duration.ofNanos(1));
    steps.release(1000);
    assertThat(read(pull())).isEqualTo(LAYER);
    assertThat(upstream.requests(TestMirrors::getsBlob)).hasSize(1);
  }

  static Stream<Fault> refusals() {
    return Stream.of(
        new Fault.NoRanges(),
        new Fault.Status(429),
        new Fault.Status(503),
        new Fault.Status(404),
        new Fault.Status(416),
        new Fault.Cut(Fault.BEFORE_HEAD),
        new Fault.WithHeader("ETag", "\"another\""),
        new Fault.WithoutHeader("ETag"),
        new Fault.WithHeader("Content-Range", "bytes 0-99999/" + LENGTH),
        new Fault.WithHeader("Content-Range", "bytes 1000000-1099999/" + LENGTH),
        new Fault.WithoutHeader("Content-Range"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void streamGoesOnWhereRangesAreNotToBeHad(Fault refusal) throws Exception {
    upstream.fail(RangesTest::asksForRange, refusal);
    FutureTask<byte[]> pull = startPull();
    upstream.awaitRequests(RangesTest::asksForRange, 1);
    mirrors.tick(Duration.ZERO);
    steps.release(1000);
    assertThat(result(pull)).isEqualTo(LAYER);
    assertThat(upstream.requests(RangesTest::asksForAll)).hasSize(1);
    assertThat(upstream.requests(RangesTest::asksForRest)).isEmpty();
  }

  @Test
  void upstreamThatRefusedRangesIsNotAskedForSomeAgain() throws Exception {
    upstream.fail(RangesTest::asksForRange, new Fault.NoRanges());
    FutureTask<byte[]> pull = startPull();
    upstream.awaitRequests(RangesTest::asksForRange, 1);
    mirrors.tick(Duration.ZERO);
    steps.release(1000);
    result(pull);
    awaitFetched(1);
    int asked = asked().size();
    mirrors.tick(Duration.ofSeconds(1));
    byte[] other = TestImages.bytes(2, LENGTH);
    Digest digest = upstream.putBlob("app", other);
    assertThat(read(mirrors.mirror(upstream, "app").blob(digest))).isEqualTo(other);
    assertThat(asked()).hasSize(asked);
  }

  @Test
  void fewerConnectionsDoWhereTheUpstreamRefusesSome() throws Exception {
    AtomicInteger ranges = new AtomicInteger();
    upstream.fail(
        request -> asksForRange(request) && ranges.getAndIncrement() > 0, 2, new Fault.Status(429));
    FutureTask<byte[]> pull = startPull();
    goOnBesideRanges();
    assertThat(result(pull)).isEqualTo(LAYER);
    assertThat(upstream.requests(RangesTest::asksForRest)).isEmpty();
  }

  @Test
  void restComesInOneStreamWhereNoMoreRangesAreToBeHad() throws Exception {
    AtomicInteger ranges = new AtomicInteger();
    upstream.fail(
        request -> asksForRange(request) && ranges.getAndIncrement() > 3, new Fault.Status(503));
    FutureTask<byte[]> pull = startPull();
    goOnBesideRanges();
    assertThat(result(pull)).isEqualTo(LAYER);
    assertThat(upstream.requests(RangesTest::asksForRest)).hasSize(1);
  }

  @Test
  void rangeThatBreaksOffIsAskedForAgainFromThere() throws Exception {
    upstream.fail(RangesTest::asksForRange, 1, new Fault.Cut(30_000));
    FutureTask<byte[]> pull = startPull();
    goOnBesideRanges();
    assertThat(result(pull)).isEqualTo(LAYER);
    Asked first = asked().getFirst();
    assertThat(asked()).contains(new Asked(first.first() + 30_000, first.last()));
    assertThat(upstream.bytesSent()).isLessThan(LENGTH + 2 * STEP);
  }

  @Test
  void rangeThatStallsIsAskedForAgainFromThere() throws Exception {
    mirrors.close();
    open(Duration.ofMillis(500));
    upstream.fail(RangesTest::asksForRange, 1, new Fault.Stall(30_000, release));
    FutureTask<byte[]> pull = startPull();
    goOnBesideRanges();
    assertThat(result(pull)).isEqualTo(LAYER);
    Asked first = asked().getFirst();
    assertThat(asked()).contains(new Asked(first.first() + 30_000, first.last()));
  }

  @Test
  void rangesMayBeShorterOrLongerThanAskedFor() throws Exception {
    upstream.fail(RangesTest::asksForRange, 2, new Fault.WrongLength(40_000));
    upstream.fail(RangesTest::asksForRange, 2, new Fault.OpenRanges());
    FutureTask<byte[]> pull = startPull();
    goOnBesideRanges();
    assertThat(result(pull)).isEqualTo(LAYER);
  }

  @Test
  void wrongRangeIsNeverServedWholeAndTheBlobComesInOneStreamNext() throws Exception {
    upstream.fail(RangesTest::asksForRange, 1, new Fault.WrongBytes());
    try (MirroredBlob blob = found(pull()).value()) {
      read(blob, 0, 10);
      goOnBesideRanges();
      awaitFetched(1);
      assertThat(mirrors.store().catalog().isBlobLinked(layer)).isFalse();
    }
    int asked = asked().size();
    assertThat(read(pull())).isEqualTo(LAYER);
    assertThat(asked()).hasSize(asked);
  }

  @Test
  void wrongRangeThatNobodyHasReadIsFetchedAnewInOneStream() throws Exception {
    upstream.fail(RangesTest::asksForRange, 1, new Fault.WrongBytes());
    try (MirroredBlob blob = found(pull()).value()) {
      goOnBesideRanges();
      awaitFetched(1);
      assertThat(read(blob, 0, LENGTH)).isEqualTo(LAYER);
    }
    assertThat(upstream.requests(RangesTest::asksForAll)).hasSize(2);
  }

  @Test
  void whatCameInOrderIsThereAfterARestart() throws Exception {
    upstream.fail(RangesTest::asksForRange, 1, new Fault.Stall(50_000, release));
    FutureTask<byte[]> pull = startPull();
    goOnBesideRanges();
    upstream.awaitRequests(RangesTest::asksForRange, 4);
    try (MirroredBlob blob = found(pull()).value()) {
      read(blob, 0, 10_000);
    }
    mirrors.restart();
    release.countDown();
    upstream.recover();
    assertThat(pull).failsWithin(TestMirrors.PATIENT);
    assertThat(read(pull())).isEqualTo(LAYER);
    SeenRequest rest = upstream.requests(RangesTest::asksForRest).getFirst();
    assertThat(rest.header("Range").orElseThrow()).matches("bytes=[0-9]{5,6}-");
  }

  @Test
  void diskThatIsFullInTheMiddleLeavesTheRestToThoseWhoRead() throws Exception {
    mirrors.blobs().limit(900_000);
    FutureTask<byte[]> pull = startPull();
    goOnBesideRanges();
    assertThat(result(pull)).isEqualTo(LAYER);
    assertThat(mirrors.store().catalog().isBlobLinked(layer)).isFalse();
  }

  @Test
  void rangesOfAPrivateBlobAreAskedForByItsClientsToken() throws Exception {
    FakePrivacy privacy = new FakePrivacy();
    privacy.close("app");
    privacy.admit("secret", "app");
    upstream.authenticate(privacy);
    ClientToken token = ClientToken.parse("Bearer secret").orElseThrow();
    Mirror app = mirrors.mirror(upstream, "app").forClient(Optional.of(token));
    upstream.recover();
    upstream.fail(
        request ->
            asksForAll(request)
                && request.header("Authorization").equals(Optional.of("Bearer secret")),
        1,
        new Fault.Slow(STEP, steps));
    // Slow, but not so long that the token wouldn't last.
    byte[] content = TestImages.bytes(2, 700_000);
    Digest blob = upstream.putBlob("app", content);
    FutureTask<byte[]> pull = start(1, () -> read(app.blob(blob))).getFirst();
    goOnBesideRanges();
    assertThat(result(pull)).isEqualTo(content);
    assertThat(upstream.requests(RangesTest::asksForRange))
        .allSatisfy(
            request -> assertThat(request.header("Authorization")).contains("Bearer secret"));
  }

  private void awaitFetched(int count) {
    long deadline = System.nanoTime() + TestMirrors.PATIENT.toNanos();
    while (mirrors.fetched.size() < count) {
      assertThat(System.nanoTime()).as("time in which a fetch ends").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
