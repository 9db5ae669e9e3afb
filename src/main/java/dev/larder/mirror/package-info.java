/**
 * Pull-through: what a mirrored repository answers, from the store while that is fresh, from its
 * upstream when it must, and from the store again when the upstream can't.
 */
@NullMarked
package dev.larder.mirror;

import org.jspecify.annotations.NullMarked;
