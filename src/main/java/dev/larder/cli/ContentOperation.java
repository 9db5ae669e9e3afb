package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.Blob;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.store.StoredManifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Gives a piece of the bytes of a manifest or a blob that a repository may serve. */
final class ContentOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** How many bytes it gives at most; in base64 they are far below a line's limit. */
  private static final int PIECE = 1 << 20;

  private final Store store;

  ContentOperation(Store store) {
    this.store = store;
  }

  /** What it is told: where the bytes are; {@code offset} is to be added. */
  static ObjectNode where(RepositoryKey repository, Digest digest, boolean manifest) {
    ObjectNode where =
        JSON.createObjectNode()
            .put("repository", repository.name().value())
            .put("digest", digest.toString())
            .put("manifest", manifest);
    repository.upstream().ifPresent(upstream -> where.put("upstream", upstream.value()));
    return where;
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress)
      throws OperationException, IOException {
    Optional<RepositoryName> name = RepositoryName.parse(arguments.path("repository").asText());
    Optional<Digest> digest = Digest.parse(arguments.path("digest").asText());
    if (name.isEmpty() || digest.isEmpty()) {
      throw new OperationException("this isn't where a blob is: " + arguments);
    }
    RepositoryKey repository =
        new RepositoryKey(
            Optional.ofNullable(arguments.path("upstream").textValue())
                .flatMap(RegistryName::parse),
            name.get());
    long offset = arguments.path("offset").asLong();
    byte[] piece =
        arguments.path("manifest").asBoolean()
            ? manifest(repository, digest.get(), offset)
            : blob(repository, digest.get(), offset);
    return JSON.createObjectNode().put("content", piece);
  }

  private byte[] manifest(RepositoryKey repository, Digest digest, long offset)
      throws OperationException {
    StoredManifest manifest =
        store.catalog().manifest(repository, digest).orElseThrow(() -> gone(repository, digest));
    byte[] content = manifest.content();
    int from = (int) Math.min(offset, content.length);
    return Arrays.copyOfRange(content, from, Math.min(content.length, from + PIECE));
  }

  private byte[] blob(RepositoryKey repository, Digest digest, long offset)
      throws OperationException, IOException {
    try (Blob blob =
        store.openBlob(repository, digest).orElseThrow(() -> gone(repository, digest))) {
      ByteBuffer piece = ByteBuffer.allocate(Math.clamp(blob.size() - offset, 0, PIECE));
      while (piece.hasRemaining() && blob.content().read(piece, offset + piece.position()) >= 0) {
        // goes on until it is full
      }
      return Arrays.copyOf(piece.array(), piece.position());
    }
  }

  private static OperationException gone(RepositoryKey repository, Digest digest) {
    return new OperationException(
        "%s of %s isn't here any more: try again".formatted(digest, repository));
  }
}
