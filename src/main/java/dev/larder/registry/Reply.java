package dev.larder.registry;

import dev.larder.http.Response;
import java.util.OptionalLong;

/**
 * An answer, and where it comes from.
 *
 * @param outcome as the access log has it
 * @param stored the size of the blob that the repository has got by it
 */
record Reply(Response response, Access.Outcome outcome, OptionalLong stored) {

  Reply(Response response, Access.Outcome outcome) {
    this(response, outcome, OptionalLong.empty());
  }

  /** A hosted repository has got a blob of that size. */
  static Reply stored(Response response, long size) {
    return new Reply(response, Access.Outcome.HOSTED, OptionalLong.of(size));
  }

  /** The same with another response. */
  Reply with(Response other) {
    return new Reply(other, outcome, stored);
  }

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
