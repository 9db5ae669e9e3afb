package dev.larder.console;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Whether a Larder is fit to serve. What an upstream does is no part of it: what is here is served
 * all the same. Nor is a full disk, on which pulls go on.
 *
 * @param problems finds what is wrong, as a sentence by what it is wrong with; may block
 */
public record Health(Supplier<Map<String, String>> problems) {

  /** What is wrong; empty if it is ready. A check that fails is wrong itself. */
  Map<String, String> look() {
    try {
      return new TreeMap<>(problems.get());
    } catch (RuntimeException e) {
      return Map.of("store", String.valueOf(e.getMessage()));
    }
  }
}
