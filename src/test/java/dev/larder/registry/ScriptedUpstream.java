package dev.larder.registry;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.Reference;
import dev.larder.oci.RepositoryName;
import dev.larder.testing.TestImages;
import dev.larder.upstream.Answer;
import dev.larder.upstream.BlobStream;
import dev.larder.upstream.ClientToken;
import dev.larder.upstream.LeftAlone;
import dev.larder.upstream.ManifestHead;
import dev.larder.upstream.Page;
import dev.larder.upstream.RateLimit;
import dev.larder.upstream.UpstreamManifest;
import dev.larder.upstream.UpstreamRegistry;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** An upstream that has what it was given, or answers everything in one way. */
final class ScriptedUpstream extends UpstreamRegistry {
  private final Map<String, UpstreamManifest> manifests = new ConcurrentHashMap<>();
  private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
  private final Map<String, Page> lists = new ConcurrentHashMap<>();
  private final List<String> questions = new CopyOnWriteArrayList<>();
  private volatile Optional<Answer<Object>> always = Optional.empty();
  private volatile Supplier<InputStream> blobBody = InputStream::nullInputStream;
  private volatile boolean bodyReplaced;
  private volatile Optional<RateLimit> rateLimit = Optional.empty();

  @Override
  public UpstreamRegistry onBehalfOf(ClientToken token) {
    throw new UnsupportedOperationException("it challenges nobody");
  }

  @Override
  public Optional<RateLimit> rateLimit() {
    return rateLimit;
  }

  @Override
  public Optional<LeftAlone> leftAlone() {
    return Optional.empty();
  }

  @Override
  public boolean mayLetWait() {
    return false;
  }

  void limits(RateLimit limit) {
    rateLimit = Optional.of(limit);
  }

  /** What it was asked, in order. */
  List<String> questions() {
    return List.copyOf(questions);
  }

  void has(TestImages.Image image, String... tags) {
    has(image.mediaType(), image.manifest(), tags);
    hasBlob(image.config());
    image.layers().forEach(this::hasBlob);
  }

  void has(MediaType mediaType, byte[] content, String... tags) {
    UpstreamManifest manifest = new UpstreamManifest(Digest.sha256(content), mediaType, content);
    manifests.put(manifest.digest().toString(), manifest);
    for (String tag : tags) {
      manifests.put(tag, manifest);
    }
  }

  void hasBlob(byte[] content) {
    blobs.put(Digest.sha256(content), content);
  }

  void hasTags(String query, String content, Optional<String> next) {
    lists.put("tags?" + query, new Page(content.getBytes(StandardCharsets.UTF_8), next));
  }

  void hasReferrers(Digest subject, String query, String content, Optional<String> next) {
    lists.put(
        "referrers/" + subject + "?" + query,
        new Page(content.getBytes(StandardCharsets.UTF_8), next));
  }

  /** From now on it answers everything so. */
  void answers(Answer<Object> answer) {
    always = Optional.of(answer);
  }

  /** From now on blobs come from there. */
  void sendsBlobsFrom(Supplier<InputStream> body) {
    blobBody = body;
    bodyReplaced = true;
  }

  @Override
  public Answer<ManifestHead> headManifest(RepositoryName repository, Reference reference) {
    return answer(
        "HEAD " + repository + " " + reference,
        Optional.ofNullable(manifests.get(reference.toString()))
            .map(manifest -> new ManifestHead(Optional.of(manifest.digest()))));
  }

  @Override
  public Answer<UpstreamManifest> manifest(RepositoryName repository, Reference reference) {
    return answer(
        "GET " + repository + " " + reference,
        Optional.ofNullable(manifests.get(reference.toString())));
  }

  @Override
  public Answer<Long> headBlob(RepositoryName repository, Digest digest) {
    return answer(
        "HEAD " + repository + " " + digest,
        Optional.ofNullable(blobs.get(digest)).map(blob -> (long) blob.length));
  }

  @Override
  public Answer<BlobStream> blob(
      RepositoryName repository, Digest digest, long offset, Optional<String> etag) {
    return answer(
        "GET " + repository + " " + digest,
        Optional.ofNullable(blobs.get(digest)).map(this::stream));
  }

  @Override
  public Answer<BlobStream> blobPart(
      RepositoryName repository, Digest digest, long first, long last, BlobStream of) {
    throw new UnsupportedOperationException("its blobs are small");
  }

  private BlobStream stream(byte[] blob) {
    InputStream body = bodyReplaced ? blobBody.get() : new ByteArrayInputStream(blob);
    return new BlobStream(
        body, 0, OptionalLong.of(blob.length), Optional.empty(), Optional.empty());
  }

  @Override
  public Answer<Page> tags(RepositoryName repository, String query) {
    return answer(
        "tags " + repository + " " + query, Optional.ofNullable(lists.get("tags?" + query)));
  }

  @Override
  public Answer<Page> referrers(RepositoryName repository, Digest subject, String query) {
    return answer(
        "referrers " + repository + " " + subject + " " + query,
        Optional.ofNullable(lists.get("referrers/" + subject + "?" + query)));
  }

  private <T> Answer<T> answer(String question, Optional<T> value) {
    questions.add(question);
    if (always.isPresent()) {
      return always.get().withoutValue();
    }
    return value
        .<Answer<T>>map(Answer.Found::new)
        .orElseGet(() -> new Answer.Absent<>("the upstream has nothing for: " + question));
  }
}
