package dev.larder.engine;

/**
 * How an engine is set up.
 *
 * @param operatingSystem the system of its machine, in words
 * @param architecture as {@code uname -m} says it
 * @param rootless whether it runs without root's rights
 */
public record Info(String operatingSystem, String architecture, boolean rootless) {}
