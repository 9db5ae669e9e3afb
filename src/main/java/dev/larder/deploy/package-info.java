/**
 * Larder's own place on a machine: a container with its volume and network on an engine, or a
 * process beside one.
 */
@NullMarked
package dev.larder.deploy;

import org.jspecify.annotations.NullMarked;
