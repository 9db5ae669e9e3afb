package dev.larder.upstream;

import dev.larder.metrics.Asked;
import dev.larder.metrics.Count;
import dev.larder.metrics.Metrics;
import dev.larder.oci.RegistryName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Watches what goes on with upstreams: how each was when it was last asked, how long it took to
 * answer, and how many bytes it has sent. Safe for use by many threads.
 */
public final class Contacts {
  /** Names come from requests: made-up ones mustn't fill the memory. */
  private static final int MAX_NAMES = 300;

  private final Metrics metrics;
  private final InstantSource clock;
  private final ConcurrentHashMap<RegistryName, Contact> last = new ConcurrentHashMap<>();

  public Contacts(Metrics metrics, InstantSource clock) {
    this.metrics = metrics;
    this.clock = clock;
  }

  /** The same registry, watched. */
  public UpstreamRegistry watch(RegistryName name, UpstreamRegistry registry) {
    return new WatchedRegistry(name, registry, this);
  }

  /** How upstreams were when they were last asked, since the start of the process. */
  public Map<RegistryName, Contact> last() {
    return Map.copyOf(last);
  }

  /**
   * Asks, and takes note of the answer.
   *
   * @param question as the registry is asked it; blocks
   */
  <T> Answer<T> ask(RegistryName name, Supplier<Answer<T>> question) {
    Instant begun = clock.instant();
    Answer<T> answer = question.get();
    outcome(answer)
        .ifPresent(
            outcome -> answered(name, answer, outcome, Duration.between(begun, clock.instant())));
    return answer;
  }

  private void answered(RegistryName name, Answer<?> answer, Asked outcome, Duration took) {
    if (answer instanceof Answer.Found) {
      metrics.admit(name.value());
    }
    metrics.asked(name.value(), outcome, took);
    note(
        name,
        answer instanceof Answer.Failed<?> failed
            ? Optional.of(failed.message())
            : Optional.empty());
  }

  private static Optional<Asked> outcome(Answer<?> answer) {
    return switch (answer) {
      case Answer.Found<?> _ -> Optional.of(Asked.FOUND);
      case Answer.Absent<?> _ -> Optional.of(Asked.ABSENT);
      case Answer.Refused<?> _ -> Optional.of(Asked.REFUSED);
      case Answer.Failed<?> _ -> Optional.of(Asked.FAILED);
      case Answer.NotAsked<?> _ -> Optional.empty();
    };
  }

  /** Takes note that an answer broke off. */
  void brokeOff(RegistryName name, String message) {
    note(name, Optional.of(message));
  }

  private void note(RegistryName name, Optional<String> trouble) {
    if (last.size() < MAX_NAMES || last.containsKey(name)) {
      last.put(name, new Contact(clock.instant(), trouble));
    }
  }

  /** Counts bytes of an answer. */
  void received(RegistryName name, long bytes) {
    metrics.add(name.value(), Count.FETCHED_BYTES, bytes);
  }
}
