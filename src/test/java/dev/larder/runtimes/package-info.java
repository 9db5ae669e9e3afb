/** What runtimes are told, read back, and what their files say after a merge. */
@NullMarked
package dev.larder.runtimes;

import org.jspecify.annotations.NullMarked;
