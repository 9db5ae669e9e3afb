/** What is found in documents, and what is here after it was asked for. */
@NullMarked
package dev.larder.warm;

import org.jspecify.annotations.NullMarked;
