package dev.larder.engine;

import java.util.List;
import java.util.Map;

/**
 * An image that the engine has.
 *
 * @param id its digest, with the algorithm
 * @param names {@code repository:tag}, as the engine shortens them
 * @param digests {@code repository@digest} of the registries that it came from or went to
 * @param labels labels
 * @param bytes what it takes on disk, shared layers included
 */
public record Image(
    String id, List<String> names, List<String> digests, Map<String, String> labels, long bytes) {}
