/**
 * A client of other registries: asks them for manifests, blobs and lists, with their tokens,
 * redirects, deadlines and refusals, and says in a few words how it went ({@link
 * dev.larder.upstream.Answer}).
 */
@NullMarked
package dev.larder.upstream;

import org.jspecify.annotations.NullMarked;
