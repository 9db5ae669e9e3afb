package dev.larder.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides what is to be done in a node so that it is as it was before {@link Wiring}: our files go,
 * with the folders that were made for them, and our blocks in other files. A decision without I/O.
 */
final class Unwiring {
  private static final String MADE = "it was made by larder attach";

  private Unwiring() {}

  /**
   * What is to be done in a node.
   *
   * @param node its name
   * @param state what was read in it
   * @param mayRestart whether containerd may be restarted where that is needed
   */
  static Plan plan(String node, NodeState state, boolean mayRestart) {
    List<Step> steps = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    String path = state.layout().configuration();
    String file = state.file().orElse("");
    boolean configured = MarkedBlock.isIn(file);
    if (configured) {
      steps.add(
          ConfigToml.wasMade(file)
              ? new Step.RemoveFile(path, List.of(), MADE)
              : new Step.WriteFile(
                  path, MarkedBlock.removedFrom(file), "as it was, without our config_path"));
    }
    state
        .roots()
        .forEach(
            (root, found) ->
                found
                    .registries()
                    .forEach(
                        (name, registry) ->
                            registry
                                .hosts()
                                .ifPresent(
                                    text ->
                                        hosts(steps, root + "/" + name + "/hosts.toml", text))));
    if (configured) {
      Wiring.restart(steps, findings, node, state, mayRestart);
    }
    return new Plan(steps, findings, false);
  }

  private static void hosts(List<Step> steps, String path, String text) {
    if (HostsToml.isOurs(text)) {
      steps.add(new Step.RemoveFile(path, HostsToml.foldersOf(text), MADE));
    } else if (MarkedBlock.isIn(text)) {
      steps.add(
          new Step.WriteFile(path, MarkedBlock.removedFrom(text), "as it was, without our host"));
    }
  }
}
