package dev.larder.registry.access;

import java.net.URI;

/**
 * Whose tokens are taken.
 *
 * @param issuer the {@code iss} of its tokens
 * @param audience which {@code aud} they have when they are for this registry; clients are told to
 *     ask for it as {@code service}
 * @param realm where clients get them
 * @param keys where its keys are (a JSON Web Key Set): an {@code http}, {@code https} or {@code
 *     file} URL
 */
public record TokenSettings(String issuer, String audience, URI realm, URI keys) {}
