/** The catalog in SQLite. */
@NullMarked
package dev.larder.store.sql;

import org.jspecify.annotations.NullMarked;
