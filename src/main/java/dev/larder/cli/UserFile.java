package dev.larder.cli;

import dev.larder.registry.access.Htpasswd;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A password file that is changed as a whole: who reads it sees all of a change or nothing. */
record UserFile(Path file) {

  /**
   * The users in it; none if there is no file.
   *
   * @throws CommandException if it can't be read or isn't one
   */
  Htpasswd read() throws CommandException {
    try {
      return Htpasswd.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Htpasswd.EMPTY;
    } catch (IOException e) {
      throw CommandException.failure("can't read %s: %s".formatted(file, e));
    } catch (IllegalArgumentException e) {
      throw CommandException.failure("%s, %s".formatted(file, e.getMessage()));
    }
  }

  /**
   * Puts these users into it. A new file can be read by its owner alone; one that is there keeps
   * who may read it.
   *
   * @throws CommandException if it can't be written; it is as it was then
   */
  void write(Htpasswd users) throws CommandException {
    try {
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      Path next =
          Files.createTempFile(
              target.getParent(),
              "." + target.getFileName(),
              ".new",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try {
        Files.writeString(next, users.text());
        if (Files.exists(target)) {
          Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(target));
        }
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
        Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(next);
      }
    } catch (IOException e) {
      throw CommandException.failure("can't write %s: %s".formatted(file, e));
    }
  }
}
