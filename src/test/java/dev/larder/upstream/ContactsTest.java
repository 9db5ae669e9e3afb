package dev.larder.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.larder.metrics.Count;
import dev.larder.metrics.Counts;
import dev.larder.metrics.Metrics;
import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ContactsTest {
  private static final RegistryName QUAY = new RegistryName("quay.io");
  private static final RepositoryName APP = new RepositoryName("org/app");
  private static final Digest DIGEST = Digest.sha256(new byte[0]);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /** Answers questions for manifests in one way, and those for blobs with bytes. */
  private static final class OneAnswer extends UpstreamRegistry {
    private final Answer<UpstreamManifest> answer;
    private final InputStream blob;

    OneAnswer(Answer<UpstreamManifest> answer, InputStream blob) {
      this.answer = answer;
      this.blob = blob;
    }

    @Override
    public UpstreamRegistry onBehalfOf(ClientToken token) {
      return this;
    }

    @Override
    public Answer<ManifestHead> headManifest(RepositoryName repository, Reference reference) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Answer<UpstreamManifest> manifest(RepositoryName repository, Reference reference) {
      return answer;
    }

    @Override
    public Answer<Long> headBlob(RepositoryName repository, Digest digest) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Answer<BlobStream> blob(
        RepositoryName repository, Digest digest, long offset, Optional<String> etag) {
      return new Answer.Found<>(
          new BlobStream(blob, 0, OptionalLong.empty(), Optional.empty(), Optional.empty()));
    }

    @Override
    public Answer<BlobStream> blobPart(
        RepositoryName repository, Digest digest, long first, long last, BlobStream of) {
      return blob(repository, digest, first, of.etag());
    }

    @Override
    public Answer<Page> tags(RepositoryName repository, String query) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Answer<Page> referrers(RepositoryName repository, Digest subject, String query) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<RateLimit> rateLimit() {
      return Optional.empty();
    }

    @Override
    public Optional<LeftAlone> leftAlone() {
      return Optional.empty();
    }

    @Override
    public boolean mayLetWait() {
      return false;
    }
  }

  private final Metrics metrics = new Metrics(List.of());
  private final Contacts contacts = new Contacts(metrics, () -> NOW);

  private UpstreamRegistry watched(Answer<UpstreamManifest> answer) {
    return contacts.watch(QUAY, new OneAnswer(answer, InputStream.nullInputStream()));
  }

  private BlobStream blob(InputStream body) {
    Answer<BlobStream> answer =
        contacts
            .watch(QUAY, new OneAnswer(new Answer.Absent<>("no"), body))
            .blob(APP, DIGEST, 0, Optional.empty());
    return ((Answer.Found<BlobStream>) answer).value();
  }

  private long fetched() {
    return metrics.counts().getOrDefault("quay.io", Counts.NONE).of(Count.FETCHED_BYTES);
  }

  private void ask(UpstreamRegistry registry) {
    var _ = registry.manifest(APP, new Tag("1"));
  }

  @Test
  void anUpstreamIsFineUntilItCantBeAsked() {
    assertThat(contacts.last()).isEmpty();
    ask(watched(new Answer.Absent<>("there is none")));
    assertThat(contacts.last()).isEqualTo(Map.of(QUAY, new Contact(NOW, Optional.empty())));
    ask(watched(new Answer.Refused<>("who are you")));
    assertThat(contacts.last().get(QUAY)).isEqualTo(new Contact(NOW, Optional.empty()));

    ask(watched(new Answer.NotAsked<>("we are offline")));
    assertThat(contacts.last().get(QUAY)).isEqualTo(new Contact(NOW, Optional.empty()));
    ask(watched(new Answer.Failed<>("no route", Optional.empty())));

    assertThat(contacts.last().get(QUAY)).isEqualTo(new Contact(NOW, Optional.of("no route")));
  }

  @Test
  void howQuestionsEndedAndHowLongTheAnswersTookIsMeasured() {
    AtomicReference<Instant> now = new AtomicReference<>(NOW);
    Contacts watch =
        new Contacts(metrics, () -> now.getAndUpdate(time -> time.plus(Duration.ofMillis(400))));
    metrics.admit("quay.io");
    for (Answer<UpstreamManifest> answer :
        List.<Answer<UpstreamManifest>>of(
            new Answer.Absent<>("there is none"),
            new Answer.Refused<>("who are you"),
            new Answer.Failed<>("no route", Optional.empty()))) {
      ask(watch.watch(QUAY, new OneAnswer(answer, InputStream.nullInputStream())));
    }

    assertThat(metrics.text().lines())
        .contains(
            "larder_upstream_requests_total{outcome=\"absent\",upstream=\"quay.io\"} 1.0",
            "larder_upstream_requests_total{outcome=\"refused\",upstream=\"quay.io\"} 1.0",
            "larder_upstream_requests_total{outcome=\"failed\",upstream=\"quay.io\"} 1.0",
            "larder_upstream_request_seconds_sum{upstream=\"quay.io\"} 0.8");
  }

  @Test
  void theBytesOfAManifestAreCountedAndAnUpstreamThatHasOneIsCountedByName() {
    ask(watched(new Answer.Absent<>("there is none")));
    ask(
        watched(
            new Answer.Found<>(
                new UpstreamManifest(DIGEST, MediaType.OCI_MANIFEST, new byte[123]))));

    assertThat(metrics.counts())
        .isEqualTo(Map.of("quay.io", new Counts(Map.of(Count.FETCHED_BYTES, 123L))));
  }

  @Test
  void theBytesOfABlobAreCountedAsTheyComeReadOrSkipped() throws Exception {
    try (BlobStream blob = blob(new ByteArrayInputStream(new byte[200_000]))) {
      blob.body().skipNBytes(100_000);
      assertThat(fetched()).isEqualTo(100_000);
      assertThat(blob.body().read()).isZero();
      assertThat(blob.body().readAllBytes()).hasSize(99_999);
      assertThat(blob.body().read()).isEqualTo(-1);
    }
    assertThat(fetched()).isEqualTo(200_000);
  }

  @Test
  void aBlobThatBreaksOffIsTrouble() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection reset");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            throw new IOException("connection reset");
          }
        };
    BlobStream blob = blob(broken);

    assertThatIOException().isThrownBy(() -> blob.body().read(new byte[10]));

    assertThat(contacts.last().get(QUAY))
        .isEqualTo(new Contact(NOW, Optional.of("connection reset")));
  }
}
