package dev.larder.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/**
 * Something that is done to a store at a command's wish, in the process that has the store: the
 * serving one, or the command's own.
 */
@FunctionalInterface
public interface Operation {

  /**
   * Does it. It may run more than once at a time.
   *
   * @param arguments what the command says, in a form of the operation's own
   * @param progress is told how far it is; what it throws ends the operation
   * @return what came of it, in a form of the operation's own
   * @throws OperationException if it can't be done
   * @throws IOException if it fails; its message is for the user
   * @throws java.io.UncheckedIOException as {@code IOException}
   */
  JsonNode run(JsonNode arguments, Progress progress) throws OperationException, IOException;
}
