package dev.larder.mirror;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.mirror.Freshness.Known;
import java.time.Instant;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * What upstreams said lately, by question. In memory alone, so that after a restart nothing counts
 * as fresh; bounded, so that a question may be forgotten early, which costs another one upstream.
 * Never blocks.
 */
final class Recent<K, V> {
  /** About what an entry takes beside its value, in bytes. */
  private static final int OVERHEAD = 400;

  private final Cache<K, Known<V>> answers;

  /**
   * @param maxBytes about how much memory the answers may take
   * @param bytes how much a value takes
   */
  Recent(long maxBytes, ToIntFunction<V> bytes) {
    this.answers =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .<K, Known<V>>weigher(
                (key, known) ->
                    OVERHEAD
                        + switch (known) {
                          case Known.Found<V> found -> bytes.applyAsInt(found.value());
                          case Known.Absent<V> absent -> absent.message().length();
                        })
            .build();
  }

  Optional<Known<V>> last(K question) {
    return Optional.ofNullable(answers.getIfPresent(question));
  }

  void found(K question, V value, Instant at) {
    answers.put(question, new Known.Found<>(value, at));
  }

  void forget(K question) {
    answers.invalidate(question);
  }

  void absent(K question, String message, Instant at) {
    answers.put(question, new Known.Absent<>(message, at));
  }
}
