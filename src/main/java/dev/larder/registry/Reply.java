package dev.larder.registry;

import dev.larder.http.Response;

/**
 * An answer, and where it comes from.
 *
 * @param outcome as the access log has it
 */
record Reply(Response response, Access.Outcome outcome) {

  /** From what is hosted here. */
  static Reply hosted(Response response) {
    return new Reply(response, Access.Outcome.HOSTED);
  }

  /** An error: the upstream couldn't be asked for what isn't here. */
  static Reply unavailable(Response response) {
    return new Reply(response, Access.Outcome.UNAVAILABLE);
  }

  /** An error. */
  static Reply error(Response response) {
    return new Reply(response, Access.Outcome.ERROR);
  }
}
