package dev.larder.store;

import java.util.Optional;

/**
 * An answer of an upstream that is neither manifest nor blob: a page of tags, a list of referrers.
 *
 * @param content the JSON as it is served, not to be changed
 * @param next the query that asks for the next page; empty on the last one
 */
public record Document(byte[] content, Optional<String> next) {}
