package dev.larder.cluster.doctor;

/**
 * Something that is wrong, or may become so.
 *
 * @param area what was looked at
 * @param severity how bad it is
 * @param subject the container, cluster or network that it is about, or {@code engine}
 * @param what a sentence that says what is wrong, and what follows from it
 * @param remedy what to do, with the command where there is one; empty text for nothing
 */
public record Finding(Area area, Severity severity, String subject, String what, String remedy) {}
