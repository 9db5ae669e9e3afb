/** Tests of {@code dev.larder.console}. */
@NullMarked
package dev.larder.console;

import org.jspecify.annotations.NullMarked;
