package dev.larder.http;

import java.io.IOException;

/**
 * A request's body isn't framed as HTTP has it. What came before can be used; what would come after
 * can't be told apart. An answer reaches the client, and is the last one of its connection.
 */
public final class MalformedBodyException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedBodyException() {
    super("the chunks of the request's body aren't well formed");
  }
}
