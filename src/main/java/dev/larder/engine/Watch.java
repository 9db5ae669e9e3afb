package dev.larder.engine;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.EventType;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * One look at what happens to an engine's containers. The library calls back on a thread of its
 * own; the queue brings its calls to the thread that watches.
 */
final class Watch implements ResultCallback<com.github.dockerjava.api.model.Event> {
  private static final long NANOS = 1_000_000_000L;

  private sealed interface Call {}

  private record Happened(Event event) implements Call {}

  private record Ended(Optional<Throwable> error) implements Call {}

  private final Instant since;
  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
  private volatile Optional<Closeable> stream = Optional.empty();
  private volatile boolean closed;

  private Watch(Instant since) {
    this.since = since;
  }

  /** Asks the engine; what happens from {@code since} on arrives at {@link #follow}. */
  static Watch start(Api api, Instant since) throws EngineException {
    return api.ask(
        "watch containers",
        client ->
            client
                .eventsCmd()
                .withEventTypeFilter(EventType.CONTAINER)
                .withSince(Long.toString(since.getEpochSecond()))
                .exec(new Watch(since)));
  }

  /** Hands over events until this is closed. */
  void follow(Consumer<Event> events) throws EngineException, InterruptedException {
    while (true) {
      switch (calls.take()) {
        case Happened(Event event) -> events.accept(event);
        case Ended _ when closed -> {
          return;
        }
        case Ended(Optional<Throwable> error) ->
            throw new EngineException(
                "the engine went away while its containers were watched"
                    + error.map(cause -> ": " + cause.getMessage()).orElse(""),
                error.orElse(null));
      }
    }
  }

  @Override
  public void onStart(Closeable opened) {
    stream = Optional.of(opened);
  }

  @Override
  public void onNext(com.github.dockerjava.api.model.Event event) {
    // Asked for by the second, which all engines understand; so the first ones may be older.
    read(event).filter(read -> !read.at().isBefore(since)).map(Happened::new).ifPresent(calls::add);
  }

  @Override
  public void onError(Throwable error) {
    calls.add(new Ended(Optional.of(error)));
  }

  @Override
  public void onComplete() {
    calls.add(new Ended(Optional.empty()));
  }

  @Override
  public void close() throws IOException {
    closed = true;
    calls.add(new Ended(Optional.empty()));
    if (stream.isPresent()) {
      stream.get().close();
    }
  }

  private static Optional<Event> read(com.github.dockerjava.api.model.Event event) {
    Optional<Event.Kind> kind = kind(event);
    var actor = event.getActor();
    if (kind.isEmpty() || actor == null) {
      return Optional.empty();
    }
    Map<String, String> attributes = actor.getAttributes();
    return Optional.of(
        new Event(
            at(event),
            kind.get(),
            String.valueOf(actor.getId()),
            attributes == null ? Map.of() : Map.copyOf(attributes)));
  }

  /** In Docker's words, and Podman's. */
  private static Optional<Event.Kind> kind(com.github.dockerjava.api.model.Event event) {
    return switch (event.getAction()) {
      case "start" -> Optional.of(Event.Kind.STARTED);
      case "destroy", "remove" -> Optional.of(Event.Kind.REMOVED);
      case null -> Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Instant at(com.github.dockerjava.api.model.Event event) {
    Long nanos = event.getTimeNano();
    if (nanos != null && nanos != 0) {
      return Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS);
    }
    Long seconds = event.getTime();
    return Instant.ofEpochSecond(seconds == null ? 0 : seconds);
  }
}
