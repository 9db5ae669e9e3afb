/**
 * What tests of several packages stand on: a registry that misbehaves on demand, and images to put
 * into it. Nothing here sleeps; what must wait, waits for a latch.
 */
@NullMarked
package dev.larder.testing;

import org.jspecify.annotations.NullMarked;
