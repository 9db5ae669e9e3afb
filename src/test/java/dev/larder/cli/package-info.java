/** What the command accepts, refuses and prints. */
@NullMarked
package dev.larder.cli;

import org.jspecify.annotations.NullMarked;
