package dev.larder.registry;

import dev.larder.http.Body;
import dev.larder.http.Ranges;
import dev.larder.http.Request;
import dev.larder.http.Response;
import dev.larder.mirror.Lookup;
import dev.larder.mirror.Mirror;
import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.ErrorCode;
import dev.larder.oci.InvalidManifestException;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.oci.Reference;
import dev.larder.oci.Tag;
import dev.larder.registry.Repository.HostedRepository;
import dev.larder.registry.Repository.MirroredRepository;
import dev.larder.registry.Repository.OverlaidRepository;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.store.StoredManifest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code /v2/<name>/manifests/<reference>}. A manifest is answered as it came, whatever the client
 * accepts: its media type is part of what it is.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests">
 *     OCI distribution specification, pulling manifests</a>
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests">
 *     OCI distribution specification, pushing manifests</a>
 */
final class ManifestHandler {
  private static final Pattern NO_CACHE =
      Pattern.compile("(.*,)?\\s*no-cache\\s*(,.*)?", Pattern.CASE_INSENSITIVE);

  private final Store store;
  private final Borrowing borrowing;

  ManifestHandler(Store store) {
    this.store = store;
    this.borrowing = new Borrowing(store);
  }

  Reply handle(Call call, Reference reference) throws IOException {
    return switch (call.request().method()) {
      case "PUT" -> put(call, call.hosted(), reference);
      case "DELETE" -> delete(call.hosted(), reference);
      default -> get(call, reference);
    };
  }

  /** The reply to a pull of a mirrored manifest if it is in memory and fresh; never blocks. */
  Optional<Reply> ready(Call call, Mirror mirror, Reference reference) {
    return (wantsRefresh(call.request())
            ? Optional.<Lookup.Found<StoredManifest>>empty()
            : mirror.ready(reference))
        .map(found -> MirrorReplies.found(found, manifest -> response(call, manifest)));
  }

  private Reply get(Call call, Reference reference) {
    return switch (call.repository()) {
      case HostedRepository(RepositoryKey key) ->
          Reply.hosted(
              find(key, reference)
                  .map(manifest -> response(call, manifest))
                  .orElseThrow(() -> unknown(key, reference)));
      case MirroredRepository(Mirror mirror) -> mirrored(call, mirror, reference);
      case OverlaidRepository(List<RepositoryKey> hosted, Mirror mirror) ->
          overlaid(call, hosted, reference).orElseGet(() -> mirrored(call, mirror, reference));
    };
  }

  private Optional<Reply> overlaid(Call call, List<RepositoryKey> hosted, Reference reference) {
    for (RepositoryKey key : hosted) {
      Optional<StoredManifest> manifest = find(key, reference);
      if (manifest.isPresent()) {
        return Optional.of(MirrorReplies.overlaid(key, response(call, manifest.get())));
      }
    }
    return Optional.empty();
  }

  private static Reply mirrored(Call call, Mirror mirror, Reference reference) {
    return MirrorReplies.of(
        wantsRefresh(call.request())
            ? mirror.refreshedManifest(reference)
            : mirror.manifest(reference),
        ErrorCode.MANIFEST_UNKNOWN,
        manifest -> response(call, manifest));
  }

  /**
   * Whether the client wants the upstream to be asked.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc9111.html#section-5.2.1.4">RFC 9111,
   *     no-cache</a>
   */
  private static boolean wantsRefresh(Request request) {
    return request
        .header("Cache-Control")
        .filter(value -> NO_CACHE.matcher(value).matches())
        .isPresent();
  }

  private Optional<StoredManifest> find(RepositoryKey key, Reference reference) {
    Optional<Digest> digest =
        switch (reference) {
          case Digest given ->
              store.catalog().useManifest(key, given) ? Optional.of(given) : Optional.empty();
          case Tag tag -> store.catalog().tag(key, tag);
        };
    return digest.flatMap(found -> store.catalog().manifest(key, found));
  }

  private static Response response(Call call, StoredManifest manifest) {
    byte[] content = manifest.content();
    Response response =
        Ranges.answer(
            call.request(),
            "\"" + manifest.digest() + "\"",
            content.length,
            (offset, length) -> part(content, (int) offset, (int) length));
    return response.status() == 416
        ? ErrorResponses.rangeNotSatisfiable(manifest.digest(), content.length)
        : response
            .with("Content-Type", manifest.mediaType().value())
            .with("Docker-Content-Digest", manifest.digest().toString());
  }

  private static Body part(byte[] content, int offset, int length) {
    return new Body.Bytes(
        length == content.length ? content : Arrays.copyOfRange(content, offset, offset + length));
  }

  private Reply put(Call call, RepositoryKey key, Reference reference) throws IOException {
    byte[] content = read(call);
    Manifest parsed = parse(call, content);
    Digest digest =
        switch (reference) {
          case Digest given -> verify(given, content);
          case Tag _ -> Digest.sha256(content);
        };
    Optional<Tag> tag = reference instanceof Tag given ? Optional.of(given) : Optional.empty();
    StoredManifest manifest = new StoredManifest(digest, parsed.mediaType(), content);
    List<Digest> missing =
        call.repository() instanceof OverlaidRepository overlaid
            ? borrowing.put(overlaid, manifest, parsed, tag)
            : store.putCompleteManifest(key, manifest, parsed, tag);
    if (!missing.isEmpty()) {
      return Reply.error(ErrorResponses.missing(missing));
    }
    Response created =
        Response.of(201)
            .with("Location", call.location("/manifests/" + digest))
            .with("Docker-Content-Digest", digest.toString());
    Optional<Digest> subject = parsed.subject().map(Descriptor::digest);
    return Reply.hosted(
        subject.isPresent() ? created.with("OCI-Subject", subject.get().toString()) : created);
  }

  private static byte[] read(Call call) throws IOException {
    byte[] content = call.request().body().readNBytes(ManifestReader.MAX_SIZE + 1);
    if (content.length > ManifestReader.MAX_SIZE) {
      throw new RegistryException(
          ErrorResponses.tooLarge(
              "a manifest has at most %d bytes".formatted(ManifestReader.MAX_SIZE)));
    }
    return content;
  }

  private static Manifest parse(Call call, byte[] content) {
    try {
      Optional<MediaType> sent = call.request().header("Content-Type").map(MediaType::parse);
      MediaType mediaType =
          sent.isPresent() ? sent.get() : ManifestReader.declaredMediaType(content);
      return ManifestReader.read(mediaType, content);
    } catch (InvalidManifestException e) {
      throw new RegistryException(
          ErrorCode.MANIFEST_INVALID, "this isn't a manifest: " + e.getMessage());
    }
  }

  private static Digest verify(Digest given, byte[] content) {
    Digest actual = Digest.of(given.algorithm(), content);
    if (!actual.equals(given)) {
      throw new RegistryException(
          ErrorCode.DIGEST_INVALID,
          "the manifest was pushed as %s, but its digest is %s".formatted(given, actual));
    }
    return given;
  }

  private Reply delete(RepositoryKey key, Reference reference) {
    boolean deleted =
        switch (reference) {
          case Digest digest -> store.catalog().deleteManifest(key, digest);
          case Tag tag -> store.catalog().deleteTag(key, tag);
        };
    if (!deleted) {
      throw unknown(key, reference);
    }
    return Reply.hosted(Response.of(202));
  }

  private static RegistryException unknown(RepositoryKey key, Reference reference) {
    return new RegistryException(
        ErrorCode.MANIFEST_UNKNOWN, "%s has no manifest %s".formatted(key, reference));
  }
}
