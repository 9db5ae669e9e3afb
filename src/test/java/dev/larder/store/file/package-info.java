/** Blobs in the file system, with a disk that fails and processes that die. */
@NullMarked
package dev.larder.store.file;

import org.jspecify.annotations.NullMarked;
