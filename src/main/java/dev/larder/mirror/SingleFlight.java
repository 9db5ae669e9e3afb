package dev.larder.mirror;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Lets those who ask the same at the same time share one answer. The first one asks, on its own
 * thread and to the end even if its client has left; the others wait, and get its answer or its
 * exception. No lock is held meanwhile.
 */
final class SingleFlight<K, V> {
  private final ConcurrentHashMap<K, CompletableFuture<V>> flights = new ConcurrentHashMap<>();

  /** The answer to {@code question}, by whoever is asking it now. */
  V join(K key, Supplier<V> question) {
    CompletableFuture<V> own = new CompletableFuture<>();
    CompletableFuture<V> running = flights.putIfAbsent(key, own);
    if (running != null) {
      return await(running);
    }
    try {
      own.complete(question.get());
    } catch (Throwable e) { // all of them concern those who wait
      own.completeExceptionally(e);
    } finally {
      flights.remove(key, own);
    }
    return await(own);
  }

  private static <V> V await(CompletableFuture<V> flight) {
    try {
      return flight.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }
}
