package dev.larder.store;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.Manifest;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Who refers to what: the manifests, tags and blobs of each repository. Every method that changes
 * something is atomic and durable when it returns. Safe for use by many threads.
 *
 * <p>All methods throw {@link java.io.UncheckedIOException} where the catalog can't be read or
 * written, a full disk among the reasons.
 */
public interface Catalog {

  /** What a tag points to. */
  Optional<Digest> tag(RepositoryKey repository, Tag tag);

  /** A manifest of the repository. */
  Optional<StoredManifest> manifest(RepositoryKey repository, Digest digest);

  /** A manifest of whatever repository, under the media type that it has in one of them. */
  Optional<StoredManifest> manifest(Digest digest);

  /**
   * Adds a manifest to a repository, and moves a tag to it. If the repository has it already, the
   * media type and {@code parsed} take the place of what was known.
   *
   * @param parsed what the manifest says; empty where that isn't known
   */
  void putManifest(
      RepositoryKey repository,
      StoredManifest manifest,
      Optional<Manifest> parsed,
      Optional<Tag> tag);

  /**
   * Adds a manifest to a repository, and moves a tag to it, if what it refers to is there: its
   * configuration and layers as blobs of the repository, the manifests that it lists as manifests
   * of the repository. Layers that may not be distributed needn't be there, nor its subject. The
   * look and the addition are one step.
   *
   * @return what isn't there, in the manifest's order; nothing was changed unless this is empty
   */
  List<Digest> putCompleteManifest(
      RepositoryKey repository, StoredManifest manifest, Manifest parsed, Optional<Tag> tag);

  /** Takes a manifest, and the tags that point to it, out of a repository; whether it was there. */
  boolean deleteManifest(RepositoryKey repository, Digest digest);

  /** Removes a tag; whether it was there. */
  boolean deleteTag(RepositoryKey repository, Tag tag);

  /** Up to {@code limit} tags in lexical order, those after {@code after} if that is given. */
  List<Tag> tags(RepositoryKey repository, Optional<String> after, int limit);

  /** Whether a hosted or mirrored repository has any manifest or blob. */
  boolean exists(RepositoryKey repository);

  /** Up to {@code limit} hosted repositories in lexical order, those after {@code after}. */
  List<RepositoryName> hostedRepositories(Optional<String> after, int limit);

  /** The manifests of the repository whose subject is {@code subject}, as descriptors. */
  List<Descriptor> referrers(RepositoryKey repository, Digest subject);

  /** Whether the repository may serve that blob. */
  boolean hasBlob(RepositoryKey repository, Digest digest);

  /** The length of a blob that the repository may serve, in bytes. */
  OptionalLong blobSize(RepositoryKey repository, Digest digest);

  /**
   * The length, in bytes, that a manifest of the repository says {@code digest} has; empty if none
   * refers to it. Where they disagree, the greatest.
   */
  OptionalLong describedSize(RepositoryKey repository, Digest digest);

  /** Lets the repository serve a blob of that length. */
  void linkBlob(RepositoryKey repository, Digest digest, long size);

  /** Takes a blob out of the repository; whether it was there. */
  boolean unlinkBlob(RepositoryKey repository, Digest digest);

  /**
   * Whether a hosted repository may serve that blob, for a client that is told so and may count on
   * it: if no manifest refers to it, its grace period begins anew.
   */
  boolean useBlob(RepositoryKey repository, Digest digest);

  /** Whether a hosted repository has that manifest; as {@link #useBlob}. */
  boolean useManifest(RepositoryKey repository, Digest digest);

  /**
   * Up to {@code limit} blobs of hosted repositories that no manifest of theirs refers to, and that
   * were last of use at {@code until} or before: that is when they came, when a client was told of
   * them, or when the last such manifest went. In some order, those after {@code after}.
   */
  List<HostedContent> unusedBlobs(Instant until, Optional<HostedContent> after, int limit);

  /**
   * Takes a blob out of a repository if it is one of {@link #unusedBlobs} still. The look and the
   * change are one step.
   *
   * @return whether it was
   */
  boolean unlinkUnusedBlob(RepositoryKey repository, Digest digest, Instant until);

  /**
   * As {@link #unusedBlobs}, the manifests to which no tag points, which no manifest of their
   * repository lists, and whose subject, where they have one, isn't there.
   */
  List<HostedContent> unusedManifests(Instant until, Optional<HostedContent> after, int limit);

  /** Takes a manifest out of a repository if it is one of {@link #unusedManifests} still. */
  boolean deleteUnusedManifest(RepositoryKey repository, Digest digest, Instant until);

  /** Up to {@code limit} blobs that any repository has, each once, those after {@code after}. */
  List<Digest> linkedBlobs(Optional<Digest> after, int limit);

  /** Takes a blob out of all repositories. */
  void unlinkBlob(Digest digest);

  /** Up to {@code limit} manifests of any repository, each once, those after {@code after}. */
  List<Digest> manifests(Optional<Digest> after, int limit);

  /** The bytes of a manifest as they are stored, which may have become wrong. */
  Optional<byte[]> unverifiedManifest(Digest digest);

  /** What a manifest is called: {@code app:1}, or {@code app@sha256:…} where it has no tag. */
  List<String> namesOf(Digest manifest);

  /** Takes a manifest, and the tags that point to it, out of all repositories. */
  void deleteManifest(Digest digest);

  /** What hosted manifests refer to and their repositories don't have. */
  List<MissingPart> missingParts();

  /** What is wrong with the catalog itself, as its medium says it; empty if nothing is. */
  List<String> damages();

  /** When a task that is done from time to time was last done. */
  Optional<Instant> lastDone(String task);

  /** Takes note that a task was done now. */
  void done(String task);

  /** Whether any repository may serve that blob. */
  boolean isBlobLinked(Digest digest);

  /** Which of these blobs no repository may serve; quick where they are neighbours. */
  List<Digest> unlinkedBlobs(List<Digest> digests);

  /** Whether any repository may serve that blob that isn't private. */
  boolean isBlobOpen(Digest digest);

  /** Whether any private repository of that upstream may serve that blob. */
  boolean isBlobPrivate(Digest digest, RegistryName upstream);

  /** The private repositories: see {@link PrivateRepositories}. */
  Set<RepositoryKey> privateRepositories();

  /** Makes a mirrored repository private, or not. */
  void setPrivate(RepositoryKey repository, boolean isPrivate);

  /** A hosted repository that may serve that blob, if there is one. */
  Optional<RepositoryName> hostedRepositoryWith(Digest digest);

  /** What the upstream of a mirrored repository said last of a tag. */
  Optional<LastAnswer<Digest>> lastAnswer(RepositoryKey repository, Tag tag);

  /** Takes note that the upstream says now that the tag points to what it points to here. */
  void confirm(RepositoryKey repository, Tag tag);

  /** The last good answer of an upstream under that key. */
  Optional<LastAnswer<Document>> document(RepositoryKey repository, String key);

  /** Keeps an upstream's answer of now under that key in place of the last one. */
  void putDocument(RepositoryKey repository, String key, Document document);

  /** The bytes of the blobs that mirrored repositories have and no hosted one. */
  long mirroredBytes();

  /**
   * Up to {@code limit} manifests of mirrored repositories, or blobs of theirs that no manifest
   * there refers to, that were last of use at {@code until} or before; without those that are
   * pinned. The least recently used come first, those after {@code after}.
   */
  List<CachedContent> leastRecentlyUsed(
      CachedContent.Kind kind, Instant until, Optional<CachedContent> after, int limit);

  /** The blobs that may go with that: itself, or what it refers to, whether that is here or not. */
  List<Digest> blobsOf(CachedContent content);

  /** The tags that name it. */
  List<Tag> tags(CachedContent content);

  /**
   * Takes something out of its mirrored repository, with the tags that name it and the blobs that
   * nothing else there refers to, unless it was used or pinned since it was listed. The look and
   * the change are one step.
   *
   * @return the blobs that no repository has any more; empty if nothing was changed
   */
  Optional<List<Digest>> evict(CachedContent content);

  /** Keeps what that names now and later. */
  void pin(Pin pin);

  /** Ends that; whether it was pinned. */
  boolean unpin(Pin pin);

  /** What is pinned, by upstream, repository and reference. */
  List<Pin> pins();
}
