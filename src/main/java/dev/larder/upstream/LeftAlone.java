package dev.larder.upstream;

import java.time.Instant;

/**
 * That an upstream isn't asked for a while.
 *
 * @param until when it is asked again, at the first occasion
 * @param reason why, in words that end a sentence: {@code no connection within 5 s}
 */
public record LeftAlone(Instant until, String reason) {}
