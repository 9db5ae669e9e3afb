package dev.larder.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.mirror.Fetched;
import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.registry.Access;
import dev.larder.registry.Access.Outcome;
import dev.larder.store.CachedContent;
import dev.larder.store.Eviction;
import dev.larder.store.RepositoryKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecorderTest {
  private static final RegistryName QUAY = new RegistryName("quay.io");
  private static final Digest DIGEST = Digest.sha256(new byte[0]);
  private static final Access.Client CLIENT =
      new Access.Client(new InetSocketAddress(40000), "containerd/2.1.9", "", "r:5000", "http");
  private static final Access.Content MANIFEST =
      new Access.Content(DIGEST.toString(), MediaType.OCI_MANIFEST.value(), 500, Optional.empty());
  private static final Access.Content BLOB =
      new Access.Content(DIGEST.toString(), "", 1000, Optional.empty());

  private final Events events = new Events(10);
  private final Events.Reader reader = events.fromNow();
  private final Recorder recorder = new Recorder(events);

  private static Access access(
      String method, String endpoint, String reference, Optional<Access.Content> content) {
    return access(method, endpoint, reference, content, 200, true);
  }

  private static Access access(
      String method,
      String endpoint,
      String reference,
      Optional<Access.Content> content,
      int status,
      boolean whole) {
    return new Access(
        Instant.EPOCH,
        method,
        endpoint,
        Optional.of("org/app"),
        Optional.of(QUAY),
        Optional.of(reference),
        status,
        Outcome.MISS,
        500,
        whole,
        0,
        Duration.ofMillis(20),
        content,
        CLIENT);
  }

  private Optional<Event> recorded(Access access) {
    recorder.answered(access);
    List<Event> all = reader.now().events();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst());
  }

  @Test
  void aPullByTagNamesWhatTheTagIs() {
    Event event = recorded(access("GET", "manifest", "1", Optional.of(MANIFEST))).orElseThrow();

    assertThat(event)
        .isEqualTo(
            new Event(
                Instant.ofEpochMilli(20),
                Kind.PULL,
                new Event.Target(
                    false,
                    Optional.of(QUAY),
                    "org/app",
                    Optional.of("1"),
                    Optional.of(DIGEST.toString()),
                    MediaType.OCI_MANIFEST.value(),
                    500,
                    Optional.empty()),
                "miss",
                500,
                Duration.ofMillis(20),
                Optional.empty(),
                Optional.of(new Event.Request("GET", CLIENT))));
    assertThat(event.target().name()).isEqualTo("quay.io/org/app:1");
  }

  @Test
  void methodsSayWhatHappened() {
    String digest = DIGEST.toString();
    Access.Content mounted = new Access.Content(digest, "", 1000, Optional.of("elsewhere"));

    assertThat(kind(access("HEAD", "manifest", "1", Optional.of(MANIFEST)))).isEqualTo("pull");
    assertThat(kind(access("PUT", "manifest", "1", Optional.of(MANIFEST)))).isEqualTo("push");
    assertThat(kind(access("DELETE", "manifest", digest, Optional.empty()))).isEqualTo("delete");
    assertThat(kind(access("GET", "blob", digest, Optional.of(BLOB)))).isEqualTo("pull");
    assertThat(kind(access("DELETE", "blob", digest, Optional.empty()))).isEqualTo("delete");
    assertThat(kind(access("PUT", "upload", "x", Optional.of(BLOB)))).isEqualTo("push");
    assertThat(kind(access("POST", "upload", "x", Optional.of(mounted)))).isEqualTo("mount");
  }

  @Test
  void whatChangesAndGivesNothingIsNoEvent() {
    String digest = DIGEST.toString();
    assertThat(kind(access("HEAD", "blob", digest, Optional.of(BLOB)))).isEqualTo("none");
    assertThat(kind(access("PATCH", "upload", "x", Optional.empty()))).isEqualTo("none");
    assertThat(kind(access("GET", "tags", "", Optional.empty()))).isEqualTo("none");
    assertThat(kind(access("GET", "manifest", "1", Optional.empty(), 404, true))).isEqualTo("none");
    assertThat(kind(access("GET", "blob", digest, Optional.of(BLOB), 200, false)))
        .isEqualTo("none");
  }

  @Test
  void aPushedBlobHasComeWholeInHoweverManyRequests() {
    Event event = recorded(access("PUT", "upload", "x", Optional.of(BLOB))).orElseThrow();
    assertThat(event.bytes()).isEqualTo(1000);
  }

  private String kind(Access access) {
    return recorded(access).map(event -> event.kind().word()).orElse("none");
  }

  @Test
  void aFetchTellsWhatCameOrWhyNothingDid() {
    RepositoryKey app = RepositoryKey.mirrored(QUAY, new RepositoryName("org/app"));
    recorder.fetched(
        new Fetched(
            Instant.EPOCH,
            app,
            DIGEST,
            Optional.of(DIGEST),
            Optional.empty(),
            true,
            1000,
            Duration.ofSeconds(2),
            Optional.empty()));
    recorder.fetched(
        new Fetched(
            Instant.EPOCH,
            app,
            new Tag("1"),
            Optional.empty(),
            Optional.empty(),
            false,
            0,
            Duration.ofSeconds(2),
            Optional.of("no route")));

    List<Event> fetches = reader.now().events();
    assertThat(fetches)
        .extracting(event -> event.target().name())
        .containsExactly("quay.io/org/app@" + DIGEST, "quay.io/org/app:1");
    assertThat(fetches).extracting(Event::bytes).containsExactly(1000L, 0L);
    assertThat(fetches)
        .extracting(Event::failure)
        .containsExactly(Optional.empty(), Optional.of("no route"));
  }

  @Test
  void anEvictionTellsWhatItWasWhyAndWhatItFreed() {
    RepositoryKey app = RepositoryKey.mirrored(QUAY, new RepositoryName("org/app"));
    recorder.evicted(
        Instant.EPOCH,
        new Eviction(
            new CachedContent(app, DIGEST, CachedContent.Kind.MANIFEST, Instant.EPOCH),
            List.of(new Tag("1")),
            1000,
            Eviction.Reason.FULL_DISK));

    Event event = reader.now().events().getFirst();
    assertThat(event.kind()).isEqualTo(Kind.EVICT);
    assertThat(event.target().name()).isEqualTo("quay.io/org/app:1");
    assertThat(event.outcome()).isEqualTo("full_disk");
    assertThat(event.bytes()).isEqualTo(1000);
  }

  @Test
  void whatACommandRemovedIsDeletedByNoRequest() {
    recorder.removed(Instant.EPOCH, RepositoryKey.hosted(new RepositoryName("app")), new Tag("1"));

    Event event = reader.now().events().getFirst();
    assertThat(event.kind()).isEqualTo(Kind.DELETE);
    assertThat(event.target().name()).isEqualTo("app:1");
    assertThat(event.request()).isEmpty();
  }
}
