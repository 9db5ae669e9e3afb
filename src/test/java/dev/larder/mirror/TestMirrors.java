package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.CacheLimits;
import dev.larder.store.CacheSize;
import dev.larder.store.Disk;
import dev.larder.store.Evictor;
import dev.larder.store.Store;
import dev.larder.store.file.FileBlobStore;
import dev.larder.store.sql.SqliteCatalog;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.FaultyBlobStore;
import dev.larder.testing.SeenRequest;
import dev.larder.upstream.Deadlines;
import dev.larder.upstream.DockerConfig;
import dev.larder.upstream.ProxySettings;
import dev.larder.upstream.UpstreamRules;
import dev.larder.upstream.UpstreamSettings;
import dev.larder.upstream.Upstreams;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Mirrors of fake upstreams over a real store in a folder, with a clock that is set by hand. */
final class TestMirrors implements Closeable {
  static final Duration FRESH = Duration.ofSeconds(30);
  static final Duration ABSENT = Duration.ofSeconds(10);

  /** No pause between attempts to go on with a blob. */
  private static final List<Duration> RETRIES =
      List.of(Duration.ZERO, Duration.ZERO, Duration.ZERO);

  /** Small ones. */
  static final RangeSettings RANGES = new RangeSettings(4, 6, 100_000, 500_000);

  /** Longer than any test takes. */
  static final Duration PATIENT = Duration.ofSeconds(20);

  private static final Set<Thread.State> PARKED =
      EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

  private final Path folder;
  private final Duration silence;
  private final Map<RegistryName, Upstreams> upstreams = new ConcurrentHashMap<>();
  private Optional<Duration> staleFor = Optional.empty();
  private boolean offline;

  /** The fetches that have ended. */
  final Queue<Fetched> fetched = new ConcurrentLinkedQueue<>();

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private volatile Duration tick = Duration.ZERO;
  private final Clock clock =
      ((InstantSource) () -> now.updateAndGet(time -> time.plus(tick))).withZone(ZoneOffset.UTC);
  private SqliteCatalog catalog;
  private FaultyBlobStore blobs;
  private Store store;
  private CacheSize cacheSize = new CacheSize.Bytes(Long.MAX_VALUE);
  private Evictor evictor;
  private Mirrors mirrors;

  /**
   * @param silence how long an upstream may say nothing
   */
  TestMirrors(Path folder, Duration silence) throws IOException {
    this.folder = folder;
    this.silence = silence;
    this.catalog = new SqliteCatalog(folder.resolve("catalog.db"), clock);
    this.blobs = new FaultyBlobStore(new FileBlobStore(folder));
    this.store = new Store(blobs, catalog);
    this.evictor = newEvictor();
    this.mirrors = open();
  }

  private Evictor newEvictor() {
    return new Evictor(
        store,
        new CacheLimits(cacheSize, Map.of()),
        () -> new Disk(0, 0),
        InstantSource.system(),
        () -> {});
  }

  private Mirrors open() {
    return new Mirrors(
        store,
        evictor,
        name -> upstreams.computeIfAbsent(name, this::upstream).registry(name),
        new MirrorSettings(new Freshness(FRESH, ABSENT, staleFor), Map.of(), RETRIES, RANGES, true),
        clock,
        fetched::add);
  }

  /** A fake's name is where it is. */
  private Upstreams upstream(RegistryName name) {
    UpstreamSettings settings =
        new UpstreamSettings(
            name, URI.create("http://" + name), true, Optional.empty(), Optional.empty());
    return new Upstreams(
        Map.of(name, settings),
        new UpstreamRules(true, Set.of(), offline),
        new Deadlines(silence, silence),
        clock,
        DockerConfig.fromEnvironment(Map.of(), folder),
        ProxySettings.NONE);
  }

  Store store() {
    return store;
  }

  Mirrors mirrors() {
    return mirrors;
  }

  FaultyBlobStore blobs() {
    return blobs;
  }

  /** Ends and starts it again with a cache that may have that many bytes. */
  void limitCache(long bytes) throws IOException {
    cacheSize = new CacheSize.Bytes(bytes);
    restart();
  }

  Evictor evictor() {
    return evictor;
  }

  Mirror mirror(FakeUpstream upstream, String repository) {
    return mirrors.mirror(upstream.name(), new RepositoryName(repository)).orElseThrow();
  }

  Instant now() {
    return now.get();
  }

  /** From now on so much time passes from one look at the clock to the next. */
  void tick(Duration time) {
    tick = time;
  }

  /** Lets time pass. */
  void pass(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }

  /** Starts anew with another time for which answers may be old. */
  void restart(Duration longest) throws IOException {
    staleFor = Optional.of(longest);
    restart();
  }

  /** Starts anew, and asks no upstream any more. */
  void restartOffline() throws IOException {
    offline = true;
    restart();
  }

  /** Ends the process, as it were, and starts it again on the same folder. */
  void restart() throws IOException {
    close();
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), clock);
    blobs = new FaultyBlobStore(new FileBlobStore(folder));
    store = new Store(blobs, catalog);
    evictor = newEvictor();
    mirrors = open();
  }

  @Override
  public void close() throws IOException {
    mirrors.close();
    evictor.close();
    upstreams.values().forEach(Upstreams::close);
    upstreams.clear();
    catalog.close();
  }

  /** What was found; fails the test if nothing was. */
  static <T> Lookup.Found<T> found(Lookup<T> lookup) {
    assertThat(lookup).isInstanceOf(Lookup.Found.class);
    return (Lookup.Found<T>) lookup;
  }

  /** All bytes of a blob that was found, which is closed. */
  static byte[] read(Lookup<MirroredBlob> lookup) throws IOException {
    try (MirroredBlob blob = found(lookup).value()) {
      return read(blob, 0, blob.size());
    }
  }

  /** Sees that a blob doesn't come whole; its fetch may have ended before anybody followed it. */
  static void assertBreaksOff(Lookup<MirroredBlob> lookup) {
    if (lookup instanceof Lookup.Found<MirroredBlob> found) {
      assertThatThrownBy(() -> read(found)).isInstanceOf(IOException.class);
    } else {
      assertThat(lookup).isInstanceOf(Lookup.Unavailable.class);
    }
  }

  static byte[] read(MirroredBlob blob, long offset, long length) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    switch (blob) {
      case MirroredBlob.Whole(var whole) -> {
        ByteBuffer buffer = ByteBuffer.allocate((int) length);
        while (buffer.hasRemaining()
            && whole.content().read(buffer, offset + buffer.position()) > 0) {
          // until it is full
        }
        bytes.write(buffer.array());
      }
      case MirroredBlob.Arriving arriving -> arriving.writeTo(offset, length, sink(bytes));
    }
    return bytes.toByteArray();
  }

  /** A sink that keeps what it gets. */
  static MirroredBlob.Sink sink(ByteArrayOutputStream bytes) {
    return sink(bytes, () -> {});
  }

  /** The same; does something before it takes anything. */
  static MirroredBlob.Sink sink(ByteArrayOutputStream bytes, Runnable before) {
    return new MirroredBlob.Sink() {
      @Override
      public void write(ByteBuffer buffer) throws IOException {
        before.run();
        byte[] piece = new byte[buffer.remaining()];
        buffer.get(piece);
        bytes.write(piece);
      }

      @Override
      public void write(FileChannel file, long offset, long length) throws IOException {
        before.run();
        file.transferTo(offset, length, Channels.newChannel(bytes));
      }
    };
  }

  static boolean getsBlob(SeenRequest request) {
    return request.isBlob() && request.method().equals("GET");
  }

  static boolean headsBlob(SeenRequest request) {
    return request.isBlob() && request.method().equals("HEAD");
  }

  static boolean getsManifest(SeenRequest request) {
    return request.isManifest() && request.method().equals("GET");
  }

  static boolean headsManifest(SeenRequest request) {
    return request.isManifest() && request.method().equals("HEAD");
  }

  /** Waits until each of those threads waits for something. */
  static void awaitParked(List<Thread> threads) {
    long deadline = System.nanoTime() + PATIENT.toNanos();
    while (!threads.stream().map(Thread::getState).allMatch(PARKED::contains)) {
      assertThat(System.nanoTime()).as("time in which threads park").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  /** Does {@code task} so many times at once. */
  static <T> List<FutureTask<T>> start(int times, Callable<T> task) {
    List<FutureTask<T>> tasks = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      FutureTask<T> started = new FutureTask<>(task);
      tasks.add(started);
      Thread.ofVirtual().start(started);
    }
    return tasks;
  }

  /** The result of a task, which must come soon. */
  static <T> T result(FutureTask<T> task) throws Exception {
    return task.get(PATIENT.toSeconds(), TimeUnit.SECONDS);
  }

  /** The results of tasks, which must come soon. */
  static <T> List<T> results(List<FutureTask<T>> tasks) throws Exception {
    List<T> results = new ArrayList<>();
    for (FutureTask<T> task : tasks) {
      results.add(result(task));
    }
    return results;
  }
}
