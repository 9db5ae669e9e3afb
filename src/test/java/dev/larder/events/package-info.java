/** Tests of {@code dev.larder.events}. */
@NullMarked
package dev.larder.events;

import org.jspecify.annotations.NullMarked;
