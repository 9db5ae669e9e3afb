/** What every store has to keep, and blobs and catalog in step. */
@NullMarked
package dev.larder.store;

import org.jspecify.annotations.NullMarked;
