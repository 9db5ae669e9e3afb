package dev.larder.notify;

import dev.larder.events.Event;
import dev.larder.events.Events;
import dev.larder.metrics.Metrics;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts events to one endpoint, in order, each until it is taken. It walks along the events that
 * are kept anyway, so an endpoint that is slow or away costs nobody anything: what it couldn't take
 * until it was dropped there is counted, and told in the log.
 */
final class Notifier implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final EndpointSettings endpoint;
  private final Events.Reader reader;
  private final Envelopes envelopes;
  private final HttpClient client;
  private final LongConsumer delivered;
  private final LongConsumer dropped;
  private final LongConsumer failures;
  private final Thread thread;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** How many attempts have failed in a row. */
  private int strikes;

  private Notifier(EndpointSettings endpoint, Events events, Envelopes envelopes, Metrics metrics) {
    this.endpoint = endpoint;
    this.reader = events.fromOldest();
    this.envelopes = envelopes;
    this.client = HttpClient.newBuilder().connectTimeout(endpoint.timeout()).build();
    this.delivered = counter(metrics, "delivered");
    this.dropped = counter(metrics, "dropped");
    this.failures =
        metrics.counter(
            "larder.notification.failures",
            "Attempts to notify an endpoint that failed.",
            "endpoint",
            endpoint.name());
    this.thread = Thread.ofVirtual().name("notify " + endpoint.name()).unstarted(this::run);
  }

  private LongConsumer counter(Metrics metrics, String outcome) {
    return metrics.counter(
        "larder.notifications",
        "Events that an endpoint took, and events that were dropped before it did.",
        "endpoint",
        endpoint.name(),
        "outcome",
        outcome);
  }

  /** Begins with the first event that is kept. */
  static Notifier start(
      EndpointSettings endpoint, Events events, Envelopes envelopes, Metrics metrics) {
    Notifier notifier = new Notifier(endpoint, events, envelopes, metrics);
    notifier.thread.start();
    return notifier;
  }

  private void run() {
    try {
      while (true) {
        boolean last = isStopped();
        Events.Batch batch = reader.next(last ? Duration.ZERO : PATIENCE);
        if (last && batch.events().isEmpty()) {
          return;
        }
        if (batch.missed() > 0) {
          dropped.accept(batch.missed());
          LOG.warn(
              "the notification endpoint {} was too slow: up to {} events weren't told",
              endpoint,
              batch.missed());
        }
        for (Event event : batch.events()) {
          if (isWanted(event) && !deliver(envelopes.of(event))) {
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("{} isn't notified any more", endpoint);
    }
  }

  private boolean isStopped() {
    return stopped.getCount() == 0;
  }

  private boolean isWanted(Event event) {
    return Envelopes.action(event)
            .filter(action -> !endpoint.ignoredActions().contains(action))
            .isPresent()
        && !endpoint.ignoredMediaTypes().contains(Envelopes.mediaType(event));
  }

  /** Whether it was taken in the end; it isn't if this was stopped and an attempt failed. */
  private boolean deliver(byte[] envelope) throws InterruptedException {
    while (!attempt(envelope)) {
      failures.accept(1);
      strikes++;
      boolean waits = strikes >= endpoint.threshold();
      if (isStopped()
          || (waits && stopped.await(endpoint.backoff().toNanos(), TimeUnit.NANOSECONDS))) {
        return false;
      }
    }
    if (strikes >= endpoint.threshold()) {
      LOG.info("the notification endpoint {} takes events again", endpoint);
    }
    strikes = 0;
    delivered.accept(1);
    return true;
  }

  /** Whether it was taken; by distribution's rule, a redirect counts as that. */
  private boolean attempt(byte[] envelope) throws InterruptedException {
    String trouble;
    try {
      HttpResponse<InputStream> answer =
          client.send(request(envelope), BodyHandlers.ofInputStream());
      // The time-out doesn't cover the body, and nobody needs it.
      try (InputStream _ = answer.body()) {
        if (answer.statusCode() >= 200 && answer.statusCode() < 400) {
          return true;
        }
        trouble = "it answered " + answer.statusCode();
      }
    } catch (IOException e) {
      trouble = e.getClass().getSimpleName();
    }
    if (strikes + 1 == endpoint.threshold()) {
      LOG.warn(
          "the notification endpoint {} takes no events ({}); it is asked again every {} ms",
          endpoint,
          trouble,
          endpoint.backoff().toMillis());
    }
    return false;
  }

  private HttpRequest request(byte[] envelope) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint.address())
            .timeout(endpoint.timeout())
            .header("Content-Type", Envelopes.MEDIA_TYPE)
            .POST(BodyPublishers.ofByteArray(envelope));
    endpoint
        .userInfo()
        .ifPresent(
            login ->
                request.header(
                    "Authorization",
                    "Basic "
                        + Base64.getEncoder()
                            .encodeToString(login.getBytes(StandardCharsets.UTF_8))));
    endpoint.headers().forEach(request::header);
    return request.build();
  }

  /** Ends, when what there is has been taken: it isn't waited for for long, nor tried twice. */
  @Override
  public void close() {
    stopped.countDown();
    LockSupport.unpark(thread);
    try {
      if (!thread.join(GRACE)) {
        thread.interrupt();
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.shutdownNow();
    client.close();
  }
}
