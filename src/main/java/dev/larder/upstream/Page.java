package dev.larder.upstream;

import java.util.Optional;

/**
 * A page of a list.
 *
 * @param content the JSON as the upstream sent it
 * @param next the query that asks for the next page; empty on the last one
 */
public record Page(byte[] content, Optional<String> next) {}
