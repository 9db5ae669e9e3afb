package dev.larder.cli;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.nio.file.Path;
import java.util.logging.Level;

/** The container engine of the user who has typed the command. */
final class LocalEngine {
  private LocalEngine() {}

  /**
   * Connects to the engine that the environment names.
   *
   * @throws EngineException if none answers
   */
  static Engine connect() throws EngineException {
    Logging.configure(LogFormat.TEXT);
    // The library that speaks to the engine tells of each try.
    Logging.level(Level.WARNING);
    return Engine.connect(System.getenv(), Path.of(System.getProperty("user.home")));
  }
}
