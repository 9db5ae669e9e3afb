package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.FRESH;
import static dev.larder.mirror.TestMirrors.found;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.MediaType;
import dev.larder.store.Document;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
  private static final TestImages.Image IMAGE = TestImages.image("x", 10);
  private static final TestImages.Image SIGNATURE =
      TestImages.referrer(IMAGE, "application/vnd.example.signature");
  private static final String EMPTY =
      "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
          + "\"manifests\":[]}";

  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private TestMirrors mirrors;

  @BeforeEach
  void open() throws Exception {
    mirrors = new TestMirrors(folder, TestMirrors.PATIENT);
    upstream.putImage("app", "1", IMAGE);
  }

  @AfterEach
  void close() throws Exception {
    upstream.close();
    mirrors.close();
  }

  private Mirror app() {
    return mirrors.mirror(upstream, "app");
  }

  private static String text(Lookup<Document> lookup) {
    return new String(found(lookup).value().content(), StandardCharsets.UTF_8);
  }

  @Test
  void tagListIsTheUpstreamsAndAskedForOnceInAWindow() {
    Lookup<Document> first = app().tags("");
    assertThat(found(first).source()).isEqualTo(Source.MISS);
    assertThat(text(first)).isEqualTo("{\"name\":\"app\",\"tags\":[\"1\"]}");
    upstream.putImage("app", "2", IMAGE);
    Lookup<Document> second = app().tags("");
    assertThat(found(second).source()).isEqualTo(Source.HIT);
    assertThat(text(second)).isEqualTo(text(first));
    mirrors.pass(FRESH);
    assertThat(text(app().tags(""))).isEqualTo("{\"name\":\"app\",\"tags\":[\"1\",\"2\"]}");
    assertThat(upstream.requests()).hasSize(2);
  }

  @Test
  void pagesAreKeptApart() {
    upstream.putImage("app", "2", IMAGE);
    Lookup<Document> first = app().tags("n=1");
    assertThat(text(first)).contains("[\"1\"]");
    String next = found(first).value().next().orElseThrow();
    assertThat(text(app().tags(next))).contains("[\"2\"]");
  }

  @Test
  void tagListIsStaleWhenTheUpstreamFails() throws Exception {
    String list = text(app().tags(""));
    upstream.vanish();
    mirrors.restart();
    Lookup<Document> stale = app().tags("");
    assertThat(text(stale)).isEqualTo(list);
    assertThat(found(stale).source()).isEqualTo(Source.STALE);
    assertThat(found(stale).warning()).isPresent();
    assertThat(app().tags("n=7")).isInstanceOf(Lookup.Unavailable.class);
  }

  @Test
  void listsAreStaleForTheirTimeAlone() throws Exception {
    Duration longest = Duration.ofHours(1);
    mirrors.restart(longest);
    app().tags("");
    app().referrers(IMAGE.digest(), "");
    upstream.vanish();
    mirrors.restart(longest);
    mirrors.pass(longest.minusMillis(1));
    assertThat(found(app().tags("")).source()).isEqualTo(Source.STALE);
    assertThat(found(app().referrers(IMAGE.digest(), "")).source()).isEqualTo(Source.STALE);

    mirrors.pass(Duration.ofMillis(1));

    assertThat(app().tags("").message()).contains("older than stale-for allows");
    assertThat(app().referrers(IMAGE.digest(), "").message()).contains("older than stale-for");
  }

  @Test
  void offlineListsAreThoseThatAreHere() throws Exception {
    String list = text(app().tags(""));
    mirrors.restart(Duration.ofHours(1));
    mirrors.restartOffline();
    mirrors.pass(Duration.ofDays(1));
    assertThat(text(app().tags(""))).isEqualTo(list);
    assertThat(app().referrers(IMAGE.digest(), "")).isInstanceOf(Lookup.NotAsked.class);
    assertThat(upstream.requests()).hasSize(1);
  }

  @Test
  void absentAndRefusedListsAreToldApart() {
    assertThat(mirrors.mirror(upstream, "none").tags("")).isInstanceOf(Lookup.Absent.class);
    assertThat(mirrors.mirror(upstream, "none").tags("")).isInstanceOf(Lookup.Absent.class);
    assertThat(upstream.requests()).hasSize(1);
    upstream.fail(request -> true, new Fault.Status(403));
    assertThat(app().tags("")).isInstanceOf(Lookup.Refused.class);
  }

  @Test
  void referrersAreTheUpstreams() {
    upstream.putManifest(
        "app", SIGNATURE.digest().toString(), SIGNATURE.mediaType(), SIGNATURE.manifest());
    Lookup<Document> referrers = app().referrers(IMAGE.digest(), "");
    assertThat(text(referrers)).contains(SIGNATURE.digest().toString());
    assertThat(found(app().referrers(IMAGE.digest(), "")).source()).isEqualTo(Source.HIT);
    assertThat(upstream.requests(SeenRequest::isManifest)).isEmpty();
  }

  @Test
  void referrersByTagWhereTheUpstreamHasNoApi() {
    upstream.referrersApi(false);
    byte[] index = TestImages.index(SIGNATURE);
    upstream.putManifest("app", "sha256-" + IMAGE.digest().hex(), MediaType.OCI_INDEX, index);
    Lookup<Document> referrers = app().referrers(IMAGE.digest(), "");
    assertThat(found(referrers).value().content()).isEqualTo(index);
    mirrors.pass(FRESH);
    upstream.fail(request -> true, new Fault.Status(500));
    assertThat(found(app().referrers(IMAGE.digest(), "")).source()).isEqualTo(Source.STALE);
  }

  @Test
  void noReferrersIsAnEmptyIndex() {
    upstream.referrersApi(false);
    assertThat(text(app().referrers(IMAGE.digest(), ""))).isEqualTo(EMPTY);
    // A tag of that form that isn't an index has nothing to say of referrers.
    upstream.putImage("app", "sha256-" + SIGNATURE.digest().hex(), IMAGE);
    assertThat(text(app().referrers(SIGNATURE.digest(), ""))).isEqualTo(EMPTY);
  }
}
