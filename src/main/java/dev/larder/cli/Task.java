package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An operation that a command wants done: by a Larder that serves or, where none does, in this
 * process.
 *
 * @param operation its name in {@link Operations}
 * @param arguments what it is told
 * @param files what it reads of this machine, and brings into a store that is begun where there is
 *     none; most read nothing but the store
 */
record Task(String operation, JsonNode arguments, Optional<Path> files) {

  /** A task that reads nothing but the store. */
  Task(String operation, JsonNode arguments) {
    this(operation, arguments, Optional.empty());
  }
}
