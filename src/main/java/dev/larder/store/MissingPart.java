package dev.larder.store;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Something that a hosted manifest refers to and its repository doesn't have.
 *
 * @param manifest the manifest that can't be pulled whole
 * @param tags the tags that point to it, or to an index that lists it
 * @param part the blob or manifest that isn't there
 */
public record MissingPart(RepositoryKey repository, Digest manifest, List<Tag> tags, Digest part) {

  /** What the image is called: {@code app:1, app:latest}, or {@code app@sha256:…} without a tag. */
  public String image() {
    return tags.isEmpty()
        ? repository + "@" + manifest
        : tags.stream().map(tag -> repository + ":" + tag).collect(Collectors.joining(", "));
  }
}
