package dev.larder.registry;

import dev.larder.http.Body;
import dev.larder.http.Ranges;
import dev.larder.http.Response;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.MirroredBlob;
import dev.larder.oci.Digest;
import dev.larder.oci.ErrorCode;
import dev.larder.registry.Repository.HostedRepository;
import dev.larder.registry.Repository.MirroredRepository;
import dev.larder.registry.Repository.OverlaidRepository;
import dev.larder.store.Blob;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code /v2/<name>/blobs/<digest>}. A blob that is here goes out by sendfile from a file that is
 * open already, so that nobody can take it away from a client that has begun; one that a mirror is
 * fetching goes out as it comes.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-blobs">OCI
 *     distribution specification, pulling blobs</a>
 */
final class BlobHandler {
  private final Store store;

  BlobHandler(Store store) {
    this.store = store;
  }

  Reply handle(Call call, Digest digest) throws IOException {
    return switch (call.request().method()) {
      case "DELETE" -> delete(call.hosted(), digest);
      case "HEAD" -> head(call, digest);
      default -> get(call, digest);
    };
  }

  private Reply get(Call call, Digest digest) throws IOException {
    return switch (call.repository()) {
      case HostedRepository(RepositoryKey key) -> {
        Blob blob = store.openBlob(key, digest).orElseThrow(() -> unknown(key, digest));
        yield Reply.hosted(response(call, digest, blob));
      }
      case MirroredRepository(Mirror mirror) -> mirrored(call, mirror, digest);
      case OverlaidRepository(List<RepositoryKey> hosted, Mirror mirror) -> {
        for (RepositoryKey key : hosted) {
          Optional<Blob> blob = store.openBlob(key, digest);
          if (blob.isPresent()) {
            yield MirrorReplies.overlaid(key, response(call, digest, blob.get()));
          }
        }
        yield mirrored(call, mirror, digest);
      }
    };
  }

  private static Reply mirrored(Call call, Mirror mirror, Digest digest) {
    return MirrorReplies.ofBlob(
        mirror.blob(digest), blob -> response(call, digest, blob.size(), parts(blob)));
  }

  /** Asks no mirror for more than the length. */
  private Reply head(Call call, Digest digest) throws IOException {
    return switch (call.repository()) {
      case HostedRepository(RepositoryKey key) -> {
        long size = store.blobSize(key, digest).orElseThrow(() -> unknown(key, digest));
        yield Reply.hosted(response(call, digest, size, BlobHandler::unsent));
      }
      case MirroredRepository(Mirror mirror) -> mirroredHead(call, mirror, digest);
      case OverlaidRepository(List<RepositoryKey> hosted, Mirror mirror) -> {
        for (RepositoryKey key : hosted) {
          OptionalLong size = store.blobSize(key, digest);
          if (size.isPresent()) {
            yield MirrorReplies.overlaid(
                key, response(call, digest, size.getAsLong(), BlobHandler::unsent));
          }
        }
        yield mirroredHead(call, mirror, digest);
      }
    };
  }

  private static Reply mirroredHead(Call call, Mirror mirror, Digest digest) {
    return MirrorReplies.ofBlob(
        mirror.blobSize(digest), size -> response(call, digest, size, BlobHandler::unsent));
  }

  private static Response response(Call call, Digest digest, Blob blob) {
    return response(call, digest, blob.size(), whole(blob));
  }

  private static Response response(Call call, Digest digest, long size, Ranges.Parts parts) {
    Response response = Ranges.answer(call.request(), "\"" + digest + "\"", size, parts);
    return response.status() == 416
        ? ErrorResponses.rangeNotSatisfiable(digest, size)
        : response
            .with("Content-Type", "application/octet-stream")
            .with("Docker-Content-Digest", digest.toString());
  }

  private static Ranges.Parts parts(MirroredBlob blob) {
    return switch (blob) {
      case MirroredBlob.Whole(Blob whole) -> whole(whole);
      case MirroredBlob.Arriving arriving ->
          (offset, length) ->
              new Body.Stream(
                  length,
                  sink -> arriving.writeTo(offset, length, new Outgoing(sink)),
                  arriving::close);
    };
  }

  /** Hands what arrives to the client. */
  private record Outgoing(Body.Sink client) implements MirroredBlob.Sink {
    @Override
    public void write(ByteBuffer bytes) throws IOException {
      client.write(bytes);
    }

    @Override
    public void write(FileChannel file, long offset, long length) throws IOException {
      client.write(file, offset, length);
    }
  }

  private static Ranges.Parts whole(Blob blob) {
    return (offset, length) -> new Body.FilePart(blob.content(), offset, length, blob::close);
  }

  /** A body that has nothing but a length, for an answer to HEAD. */
  private static Body unsent(long offset, long length) {
    return new Body.Stream(
        length,
        sink -> {
          throw new IOException("an answer to HEAD has no body");
        },
        () -> {});
  }

  private Reply delete(RepositoryKey key, Digest digest) throws IOException {
    if (!store.deleteBlob(key, digest)) {
      throw unknown(key, digest);
    }
    return Reply.hosted(Response.of(202));
  }

  private static RegistryException unknown(RepositoryKey key, Digest digest) {
    return new RegistryException(
        ErrorCode.BLOB_UNKNOWN, "%s has no blob %s".formatted(key, digest));
  }
}
