/** What is imported from other programs' folders and archives, and what isn't. */
@NullMarked
package dev.larder.transfer;

import org.jspecify.annotations.NullMarked;
