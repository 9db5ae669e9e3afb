package dev.larder.store;

import dev.larder.oci.Digest;

/**
 * A blob or manifest of a hosted repository.
 *
 * @param size the blob's length in bytes; 0 for a manifest
 */
public record HostedContent(RepositoryKey repository, Digest digest, long size) {}
