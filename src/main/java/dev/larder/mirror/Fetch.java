package dev.larder.mirror;

import dev.larder.oci.Digest;
import dev.larder.store.RepositoryKey;
import java.util.OptionalLong;

/**
 * A blob on its way from an upstream.
 *
 * @param repository for whose sake it is fetched
 * @param digest of the blob
 * @param received how many bytes are here
 * @param length how many it has; empty as long as the upstream hasn't said
 */
public record Fetch(RepositoryKey repository, Digest digest, long received, OptionalLong length) {}
