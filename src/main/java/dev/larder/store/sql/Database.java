package dev.larder.store.sql;

import dev.larder.store.FullDisk;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An SQLite file, with one connection that writes and a few that read. In WAL mode these don't wait
 * for each other; a transaction is on the disk when it is over ({@code synchronous=FULL}).
 *
 * <p>SQLite works in native calls, which hold the carrier of a virtual thread: there are few
 * connections, and the work on them is to be short.
 */
final class Database implements Closeable {
  private static final int READERS = 4;

  private final Path file;
  private final BooleanSupplier makeRoom;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final Semaphore reading = new Semaphore(READERS, true);
  private final ConcurrentLinkedDeque<Session> readers = new ConcurrentLinkedDeque<>();
  private @Nullable Session writer;
  private volatile boolean closed;

  /** Something to do with a connection. */
  @FunctionalInterface
  interface Work<T> {
    T with(Session session) throws SQLException;
  }

  /**
   * Opens the file, or makes it, and brings it to the schema of this version.
   *
   * @param now when that is
   * @param makeRoom is asked to make some where something is to be removed and the disk is full;
   *     false if it can't
   * @throws IOException if it can't be opened, or was written by a newer version
   */
  Database(Path file, Instant now, BooleanSupplier makeRoom) throws IOException {
    this.file = file;
    this.makeRoom = makeRoom;
    try {
      Session session = connect(false);
      writer = session;
      Migrations.apply(session, file, now);
      for (int i = 0; i < READERS; i++) {
        readers.push(connect(true));
      }
    } catch (SQLException e) {
      close();
      throw new IOException("the catalog %s can't be opened: %s".formatted(file, reason(e)), e);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Session connect(boolean readOnly) throws SQLException {
    Properties settings = new Properties();
    settings.setProperty("busy_timeout", "10000");
    settings.setProperty("journal_mode", "WAL");
    settings.setProperty("synchronous", "FULL");
    settings.setProperty("foreign_keys", "true");
    Session session = new Session(DriverManager.getConnection("jdbc:sqlite:" + file, settings));
    if (readOnly) {
      session.run("PRAGMA query_only = ON");
    }
    return session;
  }

  /** Reads. Each query sees a state of its own. */
  <T> T read(Work<T> work) {
    reading.acquireUninterruptibly();
    try {
      Session session = readers.poll();
      if (session == null) {
        throw closedException();
      }
      try {
        return work.with(session);
      } finally {
        readers.push(session);
      }
    } catch (SQLException e) {
      throw failure("read", e);
    } finally {
      reading.release();
    }
  }

  /** Does all of {@code work} or, if it throws, nothing. It is durable when this returns. */
  <T> T write(Work<T> work) {
    return write(work, () -> false);
  }

  /**
   * The same for work that removes something, for which room is made on a full disk; then it is
   * done a second time.
   */
  <T> T remove(Work<T> work) {
    return write(work, makeRoom);
  }

  private <T> T write(Work<T> work, BooleanSupplier whenFull) {
    writing.lock();
    try {
      if (closed) {
        throw closedException();
      }
      try {
        return transact(writer(), work);
      } catch (SQLException e) {
        if (!FullDisk.isCause(e) || !whenFull.getAsBoolean()) {
          throw e;
        }
        return transact(writer(), work);
      }
    } catch (SQLException e) {
      throw failure("written", e);
    } finally {
      writing.unlock();
    }
  }

  private Session writer() throws SQLException {
    Session session = writer;
    if (session == null) {
      session = connect(false);
      writer = session;
    }
    return session;
  }

  private <T> T transact(Session session, Work<T> work) throws SQLException {
    session.run("BEGIN IMMEDIATE");
    try {
      T result = work.with(session);
      session.run("COMMIT");
      return result;
    } catch (Throwable e) {
      // Of whatever kind: a transaction that stays open would stop all that follow.
      try {
        session.run("ROLLBACK");
      } catch (SQLException f) {
        // SQLite has ended the transaction itself, or can't: the next one gets a new connection.
        e.addSuppressed(f);
        writer = null;
        session.close();
      }
      throw e;
    }
  }

  private UncheckedIOException failure(String done, SQLException e) {
    return new UncheckedIOException(
        new IOException("the catalog %s can't be %s: %s".formatted(file, done, reason(e)), e));
  }

  private static String reason(SQLException e) {
    return String.valueOf(e.getMessage());
  }

  private IllegalStateException closedException() {
    return new IllegalStateException("the catalog %s is closed".formatted(file));
  }

  /** Waits for the work that is going on, and closes all connections. */
  @Override
  public void close() throws IOException {
    writing.lock();
    reading.acquireUninterruptibly(READERS);
    closed = true;
    try {
      for (Session session = readers.poll(); session != null; session = readers.poll()) {
        session.close();
      }
      if (writer != null) {
        writer.close();
        writer = null;
      }
    } catch (SQLException e) {
      throw new IOException("the catalog %s can't be closed: %s".formatted(file, reason(e)), e);
    } finally {
      reading.release(READERS);
      writing.unlock();
    }
  }
}
