/**
 * The distribution API as clients see it: handlers over a real store and mirrors of an upstream
 * that answers as it is told to.
 */
@NullMarked
package dev.larder.registry;

import org.jspecify.annotations.NullMarked;
