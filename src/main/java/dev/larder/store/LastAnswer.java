package dev.larder.store;

import java.time.Instant;

/**
 * What an upstream said last.
 *
 * @param at when it said so, be it for the first time or again
 */
public record LastAnswer<T>(T value, Instant at) {}
