package dev.larder.store.file;

import java.io.IOException;
import java.nio.file.Path;

/** The folder is in use; the message says by whom, and what to do. */
public final class StoreLockedException extends IOException {
  private static final long serialVersionUID = 1L;

  StoreLockedException(Path folder, String holder) {
    super("%s is in use by %s; stop that one, or choose another folder".formatted(folder, holder));
  }
}
