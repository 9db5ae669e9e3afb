/**
 * Clusters whose nodes are containers of an engine: finding them, wiring them to pull through
 * Larder, and wiring new ones as they start.
 *
 * <p>What is to be done to a node is decided without I/O, from what was read there, and then
 * carried out.
 */
@NullMarked
package dev.larder.cluster;

import org.jspecify.annotations.NullMarked;
