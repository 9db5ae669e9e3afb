package dev.larder.cli;

import dev.larder.http.Headers;
import dev.larder.registry.Changes;
import java.util.List;
import java.util.Optional;

/**
 * What Larder does only where it stands in for a {@code registry:2}, by whose configuration it is
 * started.
 *
 * @param changes which changes clients may make
 * @param hostedFirst whether what was pushed comes before what is mirrored however it is named
 * @param headers header fields that each answer gets
 * @param debug its address for those who run it
 * @param warnings what was asked for and isn't done, a sentence each
 */
record StandIn(
    Changes changes,
    boolean hostedFirst,
    Headers headers,
    Optional<Debug> debug,
    List<String> warnings) {

  /**
   * The address for those who run it.
   *
   * @param address where to tell that we are well
   * @param metrics by which path metrics are there, if they are
   */
  record Debug(ListenAddress address, Optional<String> metrics) {}

  /** Larder by its own configuration. */
  static final StandIn NONE = of(List.of());

  /** Larder by its own configuration, with warnings. */
  static StandIn of(List<String> warnings) {
    return new StandIn(Changes.ALL, false, Headers.none(), Optional.empty(), warnings);
  }
}
