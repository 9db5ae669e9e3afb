package dev.larder.mirror;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.Reference;
import dev.larder.store.RepositoryKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A fetch that has ended.
 *
 * @param at when it ended
 * @param repository for whose sake it was
 * @param reference what was asked for: of a blob, its digest
 * @param digest of what came; empty where a tag couldn't be asked for
 * @param mediaType of a manifest; empty for a blob, and for a manifest that didn't come
 * @param blob whether it was one, and not a manifest
 * @param bytes how many came
 * @param took from the question to the last byte, and until that was kept
 * @param failure why it failed: a sentence; empty if it didn't
 */
public record Fetched(
    Instant at,
    RepositoryKey repository,
    Reference reference,
    Optional<Digest> digest,
    Optional<MediaType> mediaType,
    boolean blob,
    long bytes,
    Duration took,
    Optional<String> failure) {}
