/**
 * The command: one file a subcommand, configuration from flags, environment and file, what is
 * printed and logged. The only package that picks implementations and wires them.
 */
@NullMarked
package dev.larder.cli;

import org.jspecify.annotations.NullMarked;
