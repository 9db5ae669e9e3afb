package dev.larder.engine;

/**
 * How an engine is set up.
 *
 * @param host the name of the machine that it runs on
 * @param operatingSystem that machine's system, in words
 * @param architecture as {@code uname -m} says it
 * @param storageDriver {@code overlay2}, {@code overlayfs}, {@code vfs}, …
 * @param rootFolder where it keeps images and volumes, on its machine
 * @param cgroupVersion {@code 1} or {@code 2}; empty text if it doesn't say
 * @param rootless whether it runs without root's rights
 */
public record Info(
    String host,
    String operatingSystem,
    String architecture,
    String storageDriver,
    String rootFolder,
    String cgroupVersion,
    boolean rootless) {}
