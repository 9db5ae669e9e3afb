package dev.larder.warm;

import dev.larder.oci.Digest;
import dev.larder.store.RepositoryKey;

/**
 * A manifest or a blob of an image that is here.
 *
 * @param repository may serve it
 * @param digest of its bytes
 * @param size how many these are
 * @param manifest whether it is a manifest
 * @param fetched whether it came from the upstream just now
 */
public record Part(
    RepositoryKey repository, Digest digest, long size, boolean manifest, boolean fetched) {}
