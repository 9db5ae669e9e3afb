/** Tests of {@code dev.larder.notify}. */
@NullMarked
package dev.larder.notify;

import org.jspecify.annotations.NullMarked;
