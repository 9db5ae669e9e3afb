package dev.larder.cli;

import dev.larder.control.Operation;
import dev.larder.store.Collector;
import dev.larder.store.Store;
import dev.larder.store.Verifier;
import java.time.InstantSource;
import java.util.Map;

/** What commands can have done to a store, by the name under which they ask for it. */
final class Operations {
  static final String REMOVE = "rm";
  static final String COLLECT = "gc";
  static final String VERIFY = "verify";
  static final String IMPORT = "import";
  static final String KNOWN = "known";

  private Operations() {}

  static Map<String, Operation> of(Store store, Configuration configuration, InstantSource clock) {
    return Map.of(
        REMOVE, new RemoveOperation(store.catalog(), OwnNames.of(configuration)),
        COLLECT,
            new CollectOperation(
                new Collector(store, clock), configuration.housekeeping().collectAfter()),
        VERIFY, new VerifyOperation(new Verifier(store)),
        IMPORT, new ImportOperation(store),
        KNOWN, new KnownOperation(store.catalog()));
  }
}
