/**
 * What happens in a Larder, as it happens: pulls, pushes, mounts, deletions, fetches and evictions.
 * {@link dev.larder.events.Events} keeps the last of them; whoever follows them costs nobody
 * anything.
 */
@NullMarked
package dev.larder.events;

import org.jspecify.annotations.NullMarked;
