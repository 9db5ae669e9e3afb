/**
 * Images from files into the store: an {@link dev.larder.transfer.ImageSource} is another
 * registry's folder, an image layout or an archive, and an {@link dev.larder.transfer.Importer}
 * takes over what it holds. Nothing that a source says is believed: each byte is hashed on its way
 * in.
 */
@NullMarked
package dev.larder.transfer;

import org.jspecify.annotations.NullMarked;
