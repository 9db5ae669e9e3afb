package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.control.Step.Unit;
import dev.larder.store.Collection;
import dev.larder.store.Collector;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Removes what nothing refers to. */
final class CollectOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Collector collector;
  private final Duration usualGrace;

  CollectOperation(Collector collector, Duration usualGrace) {
    this.collector = collector;
    this.usualGrace = usualGrace;
  }

  /** What it is told; without {@code grace}, it takes the usual one. */
  static ObjectNode arguments(Optional<Duration> grace, boolean untagged, boolean dryRun) {
    ObjectNode arguments = JSON.createObjectNode().put("untagged", untagged).put("dryRun", dryRun);
    grace.ifPresent(time -> arguments.put("graceMillis", time.toMillis()));
    return arguments;
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress) throws IOException {
    JsonNode millis = arguments.path("graceMillis");
    Duration grace = millis.isMissingNode() ? usualGrace : Duration.ofMillis(millis.asLong());
    boolean dryRun = arguments.path("dryRun").asBoolean();
    Collection done =
        collector.collect(
            new Collector.Scope(grace, arguments.path("untagged").asBoolean(), dryRun),
            (what, count, total) -> progress.report(new Step(what, Unit.ITEMS, count, total)));
    return JSON.createObjectNode()
        .put("dryRun", dryRun)
        .put("manifests", done.manifests())
        .put("blobs", done.blobs())
        .put("bytes", done.bytes())
        .put("orphans", done.orphans())
        .put("partial", done.partial());
  }
}
