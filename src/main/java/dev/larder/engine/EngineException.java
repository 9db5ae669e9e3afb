package dev.larder.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a container engine refused or couldn't do; the message is for the user. */
public final class EngineException extends IOException {
  private static final long serialVersionUID = 1L;

  public EngineException(String message) {
    super(message);
  }

  public EngineException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
