/** The server under well-behaved and other clients. */
@NullMarked
package dev.larder.http;

import org.jspecify.annotations.NullMarked;
