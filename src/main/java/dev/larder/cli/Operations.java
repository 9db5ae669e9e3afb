package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.larder.control.Operation;
import dev.larder.events.Recorder;
import dev.larder.store.Collector;
import dev.larder.store.Store;
import dev.larder.store.Verifier;
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
    Consumer<HostedImage> removed =
        image ->
            serving.ifPresent(
                process ->
                    new Recorder(process.events())
                        .removed(clock.instant(), image.repository(), image.reference()));
    return Map.ofEntries(
        Map.entry(
            REMOVE, new RemoveOperation(store.catalog(), OwnNames.of(configuration), removed)),
        Map.entry(
            COLLECT,
            new CollectOperation(
                new Collector(store, clock), configuration.housekeeping().collectAfter())),
        Map.entry(VERIFY, new VerifyOperation(new Verifier(store))),
        Map.entry(IMPORT, new ImportOperation(store)),
        Map.entry(STATUS, new StatusOperation(folder, configuration, upstreams, serving)),
        Map.entry(
            IMAGES,
            new ImagesOperation(folder.inventory(), store.catalog(), OwnNames.of(configuration))),
        Map.entry(UPSTREAMS, (_, _) -> upstreams.list()),
        Map.entry(KNOWN, new KnownOperation(store.catalog())),
        Map.entry(EVENTS, new EventsOperation(serving.map(Serving::events))),
        Map.entry(PIN, new PinOperation(store.catalog(), OwnNames.of(configuration), false)),
        Map.entry(UNPIN, new PinOperation(store.catalog(), OwnNames.of(configuration), true)));
  }
}
