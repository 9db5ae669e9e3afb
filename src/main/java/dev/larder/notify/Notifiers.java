package dev.larder.notify;

import dev.larder.events.Events;
import dev.larder.metrics.Metrics;
import dev.larder.oci.RegistryName;
import java.io.Closeable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Notifies all endpoints of what happens, each at its own pace. */
public final class Notifiers implements Closeable {
  private final List<Notifier> notifiers;

  private Notifiers(List<Notifier> notifiers) {
    this.notifiers = notifiers;
  }

  /**
   * Begins.
   *
   * @param port where this Larder serves
   * @param implied the registry that clients don't name where all that is pulled is its
   */
  public static Notifiers start(
      List<EndpointSettings> endpoints,
      Events events,
      int port,
      Optional<RegistryName> implied,
      Metrics metrics) {
    if (endpoints.isEmpty()) {
      return new Notifiers(List.of()); // and asks no resolver for the machine's name
    }
    Envelopes envelopes =
        new Envelopes(hostName() + ":" + port, UUID.randomUUID().toString(), implied);
    return new Notifiers(
        endpoints.stream()
            .map(endpoint -> Notifier.start(endpoint, events, envelopes, metrics))
            .toList());
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost"; // the machine's own name is known to nobody here
    }
  }

  @Override
  public void close() {
    notifiers.forEach(Notifier::close);
  }
}
