package dev.larder.cli;

import dev.larder.control.Operation;
import dev.larder.store.Store;
import java.util.Map;

/** What commands can have done to a store, by the name under which they ask for it. */
final class Operations {
  static final String REMOVE = "rm";
  static final String IMPORT = "import";

  private Operations() {}

  static Map<String, Operation> of(Store store, Configuration configuration) {
    return Map.of(
        REMOVE, new RemoveOperation(store.catalog(), OwnNames.of(configuration)),
        IMPORT, new ImportOperation(store));
  }
}
