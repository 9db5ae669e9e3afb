/**
 * What Larder keeps: content by digest, stored once however many repositories refer to it ({@link
 * dev.larder.store.BlobStore}), and who refers to what ({@link dev.larder.store.Catalog}); {@link
 * dev.larder.store.Store} keeps the two in step. Nothing is visible before it is verified and
 * durable.
 */
@NullMarked
package dev.larder.store;

import org.jspecify.annotations.NullMarked;
