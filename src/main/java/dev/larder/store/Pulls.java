package dev.larder.store;

import dev.larder.oci.Reference;
import java.time.Instant;

/**
 * How often an image was asked for.
 *
 * @param repository of which repository
 * @param reference by which tag or digest
 * @param number how often
 * @param last when it was the last time
 */
public record Pulls(RepositoryKey repository, Reference reference, long number, Instant last) {}
