package dev.larder.transfer;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.InvalidManifestException;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.oci.Tag;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.store.StoredManifest;
import dev.larder.transfer.ImportReport.Notice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Takes over one repository of a source. */
final class RepositoryImport {
  /** Deeper than any index of indexes; a chain without end would exhaust the stack. */
  private static final int MAX_DEPTH = 32;

  private final ImageSource source;
  private final RepositoryKey from;
  private final RepositoryKey to;
  private final Store store;
  private final BlobImport blobs;
  private final Tally tally;

  /** Whether each manifest that was looked at is in the repository now. */
  private final Map<Digest, Boolean> manifests = new HashMap<>();

  /** Whether each blob that was looked at is in the repository now. */
  private final Map<Digest, Boolean> brought = new HashMap<>();

  private final Map<Digest, Tag> tagged = new HashMap<>();
  private final Set<Digest> reported = new HashSet<>();

  RepositoryImport(
      ImageSource source,
      RepositoryKey from,
      RepositoryKey to,
      Store store,
      BlobImport blobs,
      Tally tally) {
    this.source = source;
    this.from = from;
    this.to = to;
    this.store = store;
    this.blobs = blobs;
    this.tally = tally;
  }

  /**
   * Does it.
   *
   * @throws IOException if the store can't be written, or the source not be listed
   */
  void run(boolean moveTags) throws IOException {
    Listing listing = source.list(from);
    listing.problems().forEach(problem -> tally.fail(from.toString(), problem));
    listing.tags().forEach((tag, digest) -> tagged.putIfAbsent(digest, tag));
    Set<Digest> all = new LinkedHashSet<>(listing.manifests());
    all.addAll(listing.tags().values());
    for (Digest digest : all) {
      if (!manifest(digest, 0) && !reported.contains(digest)) {
        fail(digest, "its manifest is missing");
      }
    }
    for (Map.Entry<Tag, Digest> tag : listing.tags().entrySet()) {
      if (manifest(tag.getValue(), 0)) {
        tag(tag.getKey(), tag.getValue(), moveTags);
      }
    }
  }

  /** Takes a manifest and all that it refers to; whether the repository has it now. */
  private boolean manifest(Digest digest, int depth) throws IOException {
    Boolean known = manifests.get(digest);
    if (known == null) {
      known = take(digest, depth);
      manifests.put(digest, known);
    }
    return known;
  }

  private boolean take(Digest digest, int depth) throws IOException {
    Optional<Content> content = source.manifest(from, digest);
    if (content.isEmpty()) {
      return store.catalog().manifest(to, digest).isPresent();
    }
    byte[] bytes;
    try {
      bytes = content.get().read(ManifestReader.MAX_SIZE);
    } catch (IOException e) {
      return fail(digest, "its manifest can't be read: " + e.getMessage());
    }
    Digest actual = Digest.of(digest.algorithm(), bytes);
    if (!actual.equals(digest)) {
      return fail(digest, "its manifest is corrupt: the content is %s".formatted(actual));
    }
    if (depth > MAX_DEPTH) {
      return fail(digest, "indexes list indexes, %d deep".formatted(MAX_DEPTH));
    }
    try {
      MediaType type = ManifestReader.apparentMediaType(bytes);
      Manifest parsed = ManifestReader.read(type, bytes);
      return take(new StoredManifest(digest, type, bytes), parsed, depth);
    } catch (InvalidManifestException e) {
      return fail(digest, "its manifest can't be understood: " + e.getMessage());
    }
  }

  private boolean take(StoredManifest manifest, Manifest parsed, int depth) throws IOException {
    List<Digest> missing = new ArrayList<>();
    List<Descriptor> references = references(parsed);
    for (Descriptor reference : references) {
      if (!bring(parsed, reference, depth) && !missing.contains(reference.digest())) {
        missing.add(reference.digest());
      }
    }
    // A mirror fetches what it lacks when somebody asks for it; who has a bundle can't, perhaps.
    boolean mirrored = to.upstream().isPresent();
    boolean lenient = mirrored && (from.upstream().isEmpty() || parsed instanceof Manifest.Index);
    boolean someOfAnIndex = parsed instanceof Manifest.Index && missing.size() < references.size();
    if (!missing.isEmpty() && !lenient) {
      if (!someOfAnIndex) {
        return fail(manifest.digest(), "it lacks " + named(missing));
      }
      tally.incomplete.add(new Notice(label(manifest.digest()), "it lacks " + named(missing)));
    }
    if (store.catalog().manifest(to, manifest.digest()).isPresent()) {
      tally.manifestsThere++;
      return true;
    }
    return put(manifest, parsed, missing.isEmpty() && !mirrored);
  }

  private boolean put(StoredManifest manifest, Manifest parsed, boolean whole) {
    if (!blobs.isSurvey()) {
      if (whole) {
        // What it refers to was there a moment ago, and may have been deleted since.
        List<Digest> lost = store.putCompleteManifest(to, manifest, parsed, Optional.empty());
        if (!lost.isEmpty()) {
          return fail(manifest.digest(), "it lacks " + named(lost));
        }
      } else {
        store.putManifest(to, manifest, Optional.of(parsed), Optional.empty());
      }
    }
    tally.manifests++;
    return true;
  }

  private static List<Descriptor> references(Manifest manifest) {
    return switch (manifest) {
      case Manifest.Image image ->
          Stream.concat(Stream.of(image.config()), image.layers().stream())
              .filter(reference -> reference.mediaType().isDistributable())
              .toList();
      case Manifest.Index index -> index.manifests();
    };
  }

  /** An index lists manifests; BuildKit's caches are indexes that list layers. */
  private boolean bring(Manifest parent, Descriptor reference, int depth) throws IOException {
    MediaType type = reference.mediaType();
    boolean isManifest =
        parent instanceof Manifest.Index && (type.isIndex() || type.isImageManifest());
    return isManifest ? manifest(reference.digest(), depth + 1) : blob(reference.digest());
  }

  private boolean blob(Digest digest) throws IOException {
    Boolean known = brought.get(digest);
    if (known == null) {
      known = blobs.bring(source, from, to, digest);
      brought.put(digest, known);
    }
    return known;
  }

  private void tag(Tag tag, Digest digest, boolean moveTags) {
    Optional<Digest> present = store.catalog().tag(to, tag);
    if (present.filter(digest::equals).isPresent()) {
      tally.tagsThere++;
      return;
    }
    if (present.isPresent() && !moveTags) {
      tally.kept.add(
          new Notice(
              to + ":" + tag, "it is %s here, and %s there".formatted(present.get(), digest)));
      return;
    }
    if (!blobs.isSurvey() && !point(tag, digest)) {
      fail(digest, "it was deleted meanwhile");
      return;
    }
    tally.tags++;
  }

  /** Lets a tag point to a manifest of the repository; false if that isn't there any more. */
  private boolean point(Tag tag, Digest digest) {
    Optional<StoredManifest> manifest = store.catalog().manifest(to, digest);
    if (manifest.isEmpty()) {
      return false;
    }
    store.putManifest(to, manifest.get(), parse(manifest.get()), Optional.of(tag));
    return true;
  }

  /** Empty for what a mirror keeps and can't understand. */
  private static Optional<Manifest> parse(StoredManifest manifest) {
    try {
      return Optional.of(ManifestReader.read(manifest.mediaType(), manifest.content()));
    } catch (InvalidManifestException e) {
      return Optional.empty();
    }
  }

  private boolean fail(Digest digest, String text) {
    reported.add(digest);
    tally.fail(label(digest), text);
    return false;
  }

  private String label(Digest digest) {
    Tag tag = tagged.get(digest);
    return tag == null ? from + "@" + digest : from + ":" + tag;
  }

  private static String named(List<Digest> digests) {
    return digests.size() == 1
        ? digests.getFirst().toString()
        : "%s and %d more".formatted(digests.getFirst(), digests.size() - 1);
  }
}
