package dev.larder.transfer;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be imported, and as what.
 *
 * @param repositories those that are meant, with the names that they get; empty for all, under
 *     their own
 * @param upstream the registry that the source is a cache of: its content goes into the mirror of
 *     that; empty where it was pushed
 * @param moveTags whether a tag that points elsewhere here is moved
 * @param dryRun whether nothing is changed, and no blob read
 */
public record ImportRequest(
    Map<RepositoryName, RepositoryName> repositories,
    Optional<RegistryName> upstream,
    boolean moveTags,
    boolean dryRun) {}
