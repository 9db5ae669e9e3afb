@NullMarked
package dev.larder.deploy;

import org.jspecify.annotations.NullMarked;
