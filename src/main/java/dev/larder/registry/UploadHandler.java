package dev.larder.registry;

import dev.larder.http.Response;
import dev.larder.oci.Digest;
import dev.larder.oci.ErrorCode;
import dev.larder.oci.RepositoryName;
import dev.larder.store.DigestMismatchException;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;

/**
 * {@code /v2/<name>/blobs/uploads/…}: blobs are pushed in one piece, in chunks, or not at all where
 * another hosted repository has them.
 *
 * <p>An upload keeps what came of a request that broke off; {@code GET} tells the client where to
 * go on. Nothing is served before all of it was verified.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs">
 *     OCI distribution specification, pushing blobs</a>
 */
final class UploadHandler {
  private final Store store;
  private final Uploads uploads;
  private final InstantSource clock;

  UploadHandler(Store store, InstantSource clock) {
    this.store = store;
    this.uploads = new Uploads(store, clock);
    this.clock = clock;
  }

  /** Answers a request that begins an upload, or takes one's place. */
  Reply begin(Call call) throws IOException {
    RepositoryKey key = call.hosted();
    Optional<Digest> mount = call.query().first("mount").map(RegistryPath::digest);
    if (mount.isPresent() && mount(call, key, mount.get())) {
      return created(call, mount.get(), store.blobSize(key, mount.get()).orElse(0));
    }
    Optional<Digest> digest = call.query().first("digest").map(RegistryPath::digest);
    Upload upload = uploads.begin(key);
    if (digest.isPresent()) {
      return writing(upload, () -> inOnePiece(call, upload, digest.get()));
    }
    return Reply.hosted(progress(call, Response.of(202), upload));
  }

  /** Answers a request to an upload that has begun. */
  Reply handle(Call call, String id) throws IOException {
    RepositoryKey key = call.hosted();
    Upload upload = uploads.find(key, id).orElseThrow(() -> unknown(key, id));
    return switch (call.request().method()) {
      case "PATCH" -> writing(upload, () -> chunk(call, upload));
      case "PUT" -> writing(upload, () -> finish(call, upload));
      case "DELETE" -> writing(upload, () -> cancel(upload));
      default -> Reply.hosted(progress(call, Response.of(204), upload));
    };
  }

  /**
   * Lets the repository have a blob of the repository that the client names, or of any that is
   * hosted where it names none. What is mirrored, or may not be pulled by who asks, isn't given
   * away to who only knows the digest.
   */
  private boolean mount(Call call, RepositoryKey to, Digest digest) throws IOException {
    Optional<RepositoryName> from =
        call.query()
            .first("from")
            .map(RepositoryName::parse)
            .orElseGet(() -> store.catalog().hostedRepositoryWith(digest));
    Optional<RepositoryKey> source = from.map(RepositoryKey::hosted).filter(call.mayPull());
    return source.isPresent() && store.mount(source.get(), to, digest);
  }

  private Reply inOnePiece(Call call, Upload upload, Digest digest) throws IOException {
    try {
      append(call, upload);
      return commit(call, upload, digest);
    } finally {
      uploads.end(upload);
    }
  }

  private Reply chunk(Call call, Upload upload) throws IOException {
    append(call, upload);
    return Reply.hosted(progress(call, Response.of(202), upload));
  }

  private Reply finish(Call call, Upload upload) throws IOException {
    Digest digest =
        call.query()
            .first("digest")
            .map(RegistryPath::digest)
            .orElseThrow(
                () ->
                    new RegistryException(
                        ErrorCode.DIGEST_INVALID, "the end of an upload needs ?digest="));
    append(call, upload);
    try {
      return commit(call, upload, digest);
    } finally {
      uploads.end(upload);
    }
  }

  private Reply cancel(Upload upload) throws IOException {
    uploads.end(upload);
    return Reply.hosted(Response.of(204));
  }

  private void append(Call call, Upload upload) throws IOException {
    Optional<ContentRange> range = ContentRange.of(call.request());
    if (range.isPresent() && range.get().first() != upload.size()) {
      throw new RegistryException(
          progress(
              call,
              ErrorResponses.of(
                  ErrorCode.RANGE_INVALID,
                  "the chunk begins at %d, but the upload has %d bytes"
                      .formatted(range.get().first(), upload.size())),
              upload));
    }
    long before = upload.size();
    boolean all;
    try {
      all =
          upload.append(
              store, call.request().body(), range.map(ContentRange::length).orElse(Long.MAX_VALUE));
    } catch (BrokenBodyException e) {
      throw e;
    } catch (IOException e) {
      uploads.end(upload);
      throw e;
    }
    if (range.isPresent() && (!all || upload.size() - before != range.get().length())) {
      throw new RegistryException(
          ErrorCode.SIZE_INVALID,
          "the chunk doesn't have the %d bytes of its Content-Range"
              .formatted(range.get().length()));
    }
  }

  private Reply commit(Call call, Upload upload, Digest digest) throws IOException {
    long size = upload.size();
    try {
      store.commit(upload.repository(), upload.blob(), digest);
    } catch (DigestMismatchException e) {
      throw new RegistryException(
          ErrorCode.DIGEST_INVALID, "the upload is dropped: " + e.getMessage());
    }
    return created(call, digest, size);
  }

  private Reply writing(Upload upload, Action action) throws IOException {
    if (!upload.claim()) {
      throw new RegistryException(
          ErrorResponses.uploadBusy("another request is writing to upload " + upload.id()));
    }
    try {
      return action.run();
    } finally {
      upload.release(clock.instant());
    }
  }

  private interface Action {
    Reply run() throws IOException;
  }

  private static Response progress(Call call, Response response, Upload upload) {
    return response
        .with("Location", call.location("/blobs/uploads/" + upload.id()))
        .with("Range", "0-" + Math.max(0, upload.size() - 1))
        .with("Docker-Upload-UUID", upload.id());
  }

  private static Reply created(Call call, Digest digest, long size) {
    return Reply.stored(
        Response.of(201)
            .with("Location", call.location("/blobs/" + digest))
            .with("Docker-Content-Digest", digest.toString()),
        size);
  }

  private static RegistryException unknown(RepositoryKey key, String id) {
    return new RegistryException(
        ErrorCode.BLOB_UPLOAD_UNKNOWN, "%s has no upload %s".formatted(key, id));
  }
}
