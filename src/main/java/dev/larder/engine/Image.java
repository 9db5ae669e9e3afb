package dev.larder.engine;

import java.util.List;

/**
 * An image that the engine has.
 *
 * @param id its digest, with the algorithm
 * @param names {@code repository:tag}, as the engine shortens them
 * @param bytes what it takes on disk, shared layers included
 */
public record Image(String id, List<String> names, long bytes) {}
