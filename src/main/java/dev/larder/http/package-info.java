/**
 * The edge: an HTTP server with a blocking face over an event loop. A handler is plain code on a
 * virtual thread that turns a {@link dev.larder.http.Request} into a {@link
 * dev.larder.http.Response}; connections, framing, back-pressure, ranges and sendfile stay in here.
 * Knows no registry.
 */
@NullMarked
package dev.larder.http;

import org.jspecify.annotations.NullMarked;
