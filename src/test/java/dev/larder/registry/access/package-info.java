/** Tests of who may do what. */
@NullMarked
package dev.larder.registry.access;

import org.jspecify.annotations.NullMarked;
