/** Rules that hold for the whole of Larder. */
@NullMarked
package dev.larder;

import org.jspecify.annotations.NullMarked;
