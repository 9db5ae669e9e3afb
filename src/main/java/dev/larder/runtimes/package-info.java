/**
 * The text of each runtime's own configuration by which it pulls through Larder, and how that text
 * gets into a file that is there already. Neither reads nor writes files.
 */
@NullMarked
package dev.larder.runtimes;

import org.jspecify.annotations.NullMarked;
