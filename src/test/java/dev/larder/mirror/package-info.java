/** Mirrors over a real store and an upstream that misbehaves on demand. */
@NullMarked
package dev.larder.mirror;

import org.jspecify.annotations.NullMarked;
