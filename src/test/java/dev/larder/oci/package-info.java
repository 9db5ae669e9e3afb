/** What the vocabulary accepts and refuses. */
@NullMarked
package dev.larder.oci;

import org.jspecify.annotations.NullMarked;
