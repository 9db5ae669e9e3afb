package dev.larder.upstream;

import java.time.Instant;
import java.util.Optional;

/**
 * How an upstream was when it was last asked for something.
 *
 * @param at when that was
 * @param trouble a sentence that says what happened if it couldn't be asked; a refusal is none
 */
public record Contact(Instant at, Optional<String> trouble) {}
