/**
 * The catalog in SQL: SQLite, embedded. The statements are such as PostgreSQL speaks too; what is
 * SQLite's own is in {@link dev.larder.store.sql.Database}.
 */
@NullMarked
package dev.larder.store.sql;

import org.jspecify.annotations.NullMarked;
