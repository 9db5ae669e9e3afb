package dev.larder.store;

import dev.larder.oci.Reference;

/**
 * What stays however long nobody asks for it: what {@code reference} names in a mirrored repository
 * now or later, and what that lists.
 *
 * @param repository the mirrored repository
 * @param reference a tag or digest, whether it is here or not
 */
public record Pin(RepositoryKey repository, Reference reference) {}
