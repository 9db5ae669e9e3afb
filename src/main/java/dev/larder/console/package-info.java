/**
 * What an operator asks of a Larder over HTTP: whether it is alive, whether it is ready, and its
 * metrics.
 */
@NullMarked
package dev.larder.console;

import org.jspecify.annotations.NullMarked;
