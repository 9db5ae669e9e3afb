/**
 * Blobs as files in one folder of the local file system, and the lock that keeps a second process
 * out of that folder.
 */
@NullMarked
package dev.larder.store.file;

import org.jspecify.annotations.NullMarked;
