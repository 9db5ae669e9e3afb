package dev.larder.store;

/**
 * A file system's room, in bytes.
 *
 * @param total how much it has
 * @param free how much of that we may still use
 */
public record Disk(long total, long free) {}
