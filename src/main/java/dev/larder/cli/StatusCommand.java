package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.store.Statistics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code larder status}: how Larder is, and what it has done. */
@Command(
    name = "status",
    description = {
      "Say how Larder is, what it has, and what it has saved.",
      "Counts are of the last 365 days, over restarts; -o wide tells them by upstream, --days by"
          + " day and upstream, -o json by day."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class StatusCommand implements Callable<Integer> {
  private final InstantSource clock = InstantSource.system();

  @Option(
      names = "--days",
      arity = "0..1",
      fallbackValue = "7",
      paramLabel = "N",
      description = "What was counted of each upstream on each of the last N days. Default: 7.")
  private int days;

  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private ViewOptions view = new ViewOptions();

  private StatusCommand() {}

  @Override
  public Integer call() throws CommandException {
    if (view.format() == ViewFormat.NAME) {
      throw CommandException.usage("a status has no names: print it as text, wide, json or yaml");
    }
    if (days < 0 || days > Statistics.DAYS) {
      throw CommandException.usage(
          "--days is from 1 to %d, not %d".formatted(Statistics.DAYS, days));
    }
    JsonNode status = status();
    PrintWriter out = view.out();
    switch (view.format()) {
      case JSON -> out.println(status);
      case YAML -> out.print(Yaml.text(status));
      default -> print(status, out);
    }
    if (view.format() == ViewFormat.WIDE && !status.path("upstreams").isEmpty()) {
      out.println();
      new Listing(out, ViewFormat.WIDE, "upstreams", GetUpstreamsCommand.columns())
          .add(status.path("upstreams"));
    }
    if (view.format() == ViewFormat.TEXT || view.format() == ViewFormat.WIDE) {
      printDays(status.path("days"), out);
    }
    out.flush();
    return 0;
  }

  private static void printDays(JsonNode days, PrintWriter out) {
    Table table = new Table(out, 7);
    for (JsonNode day : days) {
      for (JsonNode upstream : day.path("upstreams")) {
        if (table.isEmpty()) {
          out.println();
          table.add(List.of("DAY", "UPSTREAM", "HITS", "MISSES", "SERVED", "FETCHED", "SAVED"));
        }
        table.add(
            List.of(
                day.path("day").asText(),
                upstream.path("name").asText(),
                upstream.path("hits").asText(),
                upstream.path("misses").asText(),
                bytes(upstream, "servedBytes"),
                bytes(upstream, "fetchedBytes"),
                bytes(upstream, "savedBytes")));
      }
    }
    table.flush();
  }

  private JsonNode status() throws CommandException {
    try (Target found = target.find(Optional.empty())) {
      JsonNode status =
          found.run(Operations.STATUS, StatusOperation.arguments(days), Progress.UNSEEN);
      return found instanceof Target.InContainer container
          ? ((ObjectNode) status).put("container", container.name())
          : status;
    } catch (OperationException | IOException | UncheckedIOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private void print(JsonNode status, PrintWriter out) {
    Table table = new Table(out, 2);
    row(table, "Larder", larder(status));
    List<String> addresses = new ArrayList<>();
    status.path("addresses").forEach(address -> addresses.add(address.asText()));
    if (!addresses.isEmpty()) {
      row(table, "Serving at", String.join(", ", addresses));
    }
    row(
        table,
        "Store",
        "%s: %s, %s free"
            .formatted(
                status.path("data").asText(),
                bytes(status.path("disk"), "usedBytes"),
                bytes(status.path("disk"), "freeBytes")));
    row(table, "Pushed", stock(status.path("hosted")));
    if (status.path("overlays").path("repositories").asLong() > 0) {
      row(table, "Overlays", stock(status.path("overlays")));
    }
    row(table, "Mirrored", stock(status.path("mirrored")));
    JsonNode pulls = status.path("pullsThrough");
    JsonNode cache = status.path("cache");
    row(
        table,
        "Cache",
        "%s of at most %s, %s; %d evicted, %s"
            .formatted(
                bytes(cache, "bytes"),
                bytes(cache, "capacityBytes"),
                counted(cache, "pins", "pin", "pins"),
                pulls.path("evictions").asLong(),
                bytes(pulls, "evictedBytes")));
    row(
        table,
        "Requests",
        "%s, %s (%s hits), %d stale, %s"
            .formatted(
                counted(pulls, "hits", "hit", "hits"),
                counted(pulls, "misses", "miss", "misses"),
                Cells.ratio(pulls),
                pulls.path("stale").asLong(),
                counted(pulls, "errors", "error", "errors")));
    row(
        table,
        "Saved",
        "%s: %s served, %s fetched%s"
            .formatted(
                bytes(pulls, "savedBytes"),
                bytes(pulls, "servedBytes"),
                bytes(pulls, "fetchedBytes"),
                status.has("countedSince")
                    ? ", since " + status.path("countedSince").asText()
                    : ""));
    if (status.has("fetches")) {
      row(table, "Fetching", fetching(status.path("fetches")));
    }
    for (JsonNode upstream : status.path("upstreams")) {
      UpstreamCells.rateLimit(upstream, clock)
          .ifPresent(
              text -> row(table, "Rate limit", upstream.path("name").asText() + ": " + text));
      UpstreamCells.leftAlone(upstream, clock)
          .ifPresent(
              text -> row(table, "Left alone", upstream.path("name").asText() + ", " + text));
    }
    row(table, "Housekeeping", housekeeping(status.path("housekeeping")));
    table.flush();
  }

  private static void row(Table table, String what, String text) {
    table.add(List.of(what, text));
  }

  private String larder(JsonNode status) {
    String version = status.path("version").asText();
    if (!status.path("serving").asBoolean()) {
      return version + ", not running";
    }
    return "%s, up %s%s%s"
        .formatted(
            version,
            Cells.time(status, "since")
                .map(since -> Durations.text(Duration.between(since, clock.instant())))
                .orElse("?"),
            status.path("offline").asBoolean() ? ", offline: no upstream is asked" : "",
            status.has("container")
                ? ", in the container " + status.path("container").asText()
                : "");
  }

  private static String stock(JsonNode stock) {
    return "%s with %s in %s"
        .formatted(
            counted(stock, "images", "image", "images"),
            counted(stock, "tags", "tag", "tags"),
            counted(stock, "repositories", "repository", "repositories"));
  }

  private static String counted(JsonNode node, String field, String one, String many) {
    long count = node.path(field).asLong();
    return count + " " + (count == 1 ? one : many);
  }

  private static String fetching(JsonNode fetches) {
    if (fetches.isEmpty()) {
      return "nothing";
    }
    long received = 0;
    for (JsonNode fetch : fetches) {
      received += fetch.path("receivedBytes").asLong();
    }
    return "%d %s, %s so far"
        .formatted(fetches.size(), fetches.size() == 1 ? "blob" : "blobs", Sizes.text(received));
  }

  private String housekeeping(JsonNode housekeeping) {
    String collected = Cells.age("collected", clock).apply(housekeeping);
    Optional<Instant> due = Cells.time(housekeeping, "nextVerification");
    return (housekeeping.has("collected") ? "collected " + collected : "not collected yet")
        + due.map(at -> ", verifies in " + Durations.text(Duration.between(clock.instant(), at)))
            .orElse("");
  }

  private static String bytes(JsonNode node, String field) {
    return Cells.bytes(field).apply(node);
  }
}
