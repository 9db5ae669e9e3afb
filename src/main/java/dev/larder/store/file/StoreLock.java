package dev.larder.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.larder.store.FullDisk;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to use a store's folder, which one process has at a time. It is a lock of the operating
 * system on {@code larder.lock} in that folder, so that it ends with the process, however that
 * ends; the words in the file only say who has it. To be taken before anything in the folder is
 * opened, and closed after all of that.
 */
public final class StoreLock implements Closeable {
  private static final String NAME = "larder.lock";
  private static final int MAX_WORDS = 1024;

  /** Stands in the file while nobody has the folder, if whoever had it last has closed this. */
  private static final String NOBODY = "nobody";

  /**
   * Who holds which folder in this process. It is asked before the file is opened: on POSIX, to
   * close any descriptor of a file ends all locks that the process has on it.
   */
  private static final ConcurrentHashMap<Path, String> HELD = new ConcurrentHashMap<>();

  private final Path folder;
  private final FileChannel channel;
  private final boolean closedBefore;

  private StoreLock(Path folder, FileChannel channel, boolean closedBefore) {
    this.folder = folder;
    this.channel = channel;
    this.closedBefore = closedBefore;
  }

  /**
   * Takes the folder, which is made if it isn't there.
   *
   * @param clock tells since when it is held
   * @throws StoreLockedException if this or another process holds it
   * @throws IOException if the folder can't be made or its file not be locked
   */
  public static StoreLock take(Path folder, InstantSource clock) throws IOException {
    DurableFiles.createFolders(folder);
    Path real = folder.toRealPath();
    String words =
        "process %d on %s since %s"
            .formatted(
                ProcessHandle.current().pid(),
                hostName(),
                clock.instant().truncatedTo(ChronoUnit.SECONDS));
    String holder = HELD.putIfAbsent(real, words);
    if (holder != null) {
      throw new StoreLockedException(folder, holder);
    }
    try {
      return lock(folder, real, words);
    } catch (IOException | RuntimeException e) {
      HELD.remove(real);
      throw e;
    }
  }

  private static StoreLock lock(Path folder, Path real, String words) throws IOException {
    FileChannel channel = FileChannel.open(folder.resolve(NAME), CREATE, READ, WRITE);
    try {
      if (channel.tryLock() == null) {
        throw new StoreLockedException(folder, holder(channel));
      }
      boolean closedBefore = read(channel).equals(NOBODY);
      channel.truncate(0);
      channel.force(true); // so that it doesn't say so any more, whenever the power goes
      write(channel, words);
      return new StoreLock(real, channel, closedBefore);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The lock holds without the words: on a full disk, there is room for none. */
  private static void write(FileChannel channel, String words) throws IOException {
    try {
      ByteBuffer bytes = UTF_8.encode(words);
      while (bytes.hasRemaining()) {
        channel.write(bytes, channel.size());
      }
    } catch (IOException e) {
      if (!FullDisk.isCause(e)) {
        throw e;
      }
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    String words = read(channel);
    // Whoever has just taken it hasn't written yet.
    return words.isEmpty() || words.equals(NOBODY) ? "another process" : words;
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_WORDS);
    channel.read(bytes, 0);
    return UTF_8.decode(bytes.flip()).toString();
  }

  /**
   * Whether whoever had the folder last has closed this, and so hasn't been killed; false where
   * nobody can tell.
   */
  public boolean wasClosed() {
    return closedBefore;
  }

  /** The kernel's word where it gives one: a resolver may take seconds when there is no network. */
  private static String hostName() throws IOException {
    Path kernel = Path.of("/proc/sys/kernel/hostname");
    if (Files.isReadable(kernel)) {
      return Files.readString(kernel).strip();
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unnamed host";
    }
  }

  /** Gives the folder free. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      try (channel) {
        channel.truncate(0);
        write(channel, NOBODY);
      } finally {
        HELD.remove(folder);
      }
    }
  }
}
