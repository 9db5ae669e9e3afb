package dev.larder.cli;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.larder.control.Operation;
import dev.larder.events.Recorder;
import dev.larder.store.Collector;
import dev.larder.store.Store;
import dev.larder.store.Verifier;
import dev.larder.warm.Warmer;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What commands can have done to a store, by the name under which they ask for it. */
final class Operations {
  static final String REMOVE = "rm";
  static final String COLLECT = "gc";
  static final String VERIFY = "verify";
  static final String IMPORT = "import";
  static final String STATUS = "status";
  static final String IMAGES = "images";
  static final String UPSTREAMS = "upstreams";
  static final String KNOWN = "known";
  static final String REFRESH = "refresh";
  static final String PULL = "pull";
  static final String CONTENT = "content";
  static final String EVENTS = "events";
  static final String PIN = "pin";
  static final String UNPIN = "unpin";

  private Operations() {}

  /** What one is told that needs to know nothing. */
  static JsonNode noArguments() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Those on a folder that no Larder serves. */
  static Map<String, Operation> of(
      DataFolder folder, Configuration configuration, InstantSource clock) {
    return of(folder, configuration, clock, Optional.empty());
  }

  /** Those of a Larder that serves, if one does. */
  static Map<String, Operation> of(
      DataFolder folder,
      Configuration configuration,
      InstantSource clock,
      Optional<Serving> serving) {
    Store store = folder.store();
    UpstreamReport upstreams = new UpstreamReport(folder, configuration, serving);
    OwnNames own = OwnNames.of(configuration);
    Consumer<HostedImage> removed =
        image ->
            serving.ifPresent(
                process ->
                    new Recorder(process.events())
                        .removed(clock.instant(), image.repository(), image.reference()));
    return Map.ofEntries(
        entry(REMOVE, new RemoveOperation(store.catalog(), own, removed)),
        entry(
            COLLECT,
            new CollectOperation(
                new Collector(store, clock), configuration.housekeeping().collectAfter())),
        entry(VERIFY, new VerifyOperation(new Verifier(store))),
        entry(IMPORT, new ImportOperation(store, own)),
        entry(PULL, new PullOperation(warmer(store, own, configuration, serving))),
        entry(CONTENT, new ContentOperation(store)),
        entry(STATUS, new StatusOperation(folder, configuration, upstreams, serving)),
        entry(IMAGES, new ImagesOperation(folder.inventory(), store, own)),
        entry(UPSTREAMS, (_, _) -> upstreams.list()),
        entry(REFRESH, new RefreshOperation(store.catalog(), serving.map(Serving::mirrors))),
        entry(KNOWN, new KnownOperation(store.catalog())),
        entry(EVENTS, new EventsOperation(serving.map(Serving::events))),
        entry(PIN, new PinOperation(store.catalog(), own, false)),
        entry(UNPIN, new PinOperation(store.catalog(), own, true)));
  }

  private static Warmer warmer(
      Store store, OwnNames own, Configuration configuration, Optional<Serving> serving) {
    return new Warmer(
        store,
        serving.map(Serving::mirrors),
        own,
        configuration.overlays() || configuration.standIn().hostedFirst());
  }
}
