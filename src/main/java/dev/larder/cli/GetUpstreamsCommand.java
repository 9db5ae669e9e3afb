package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.cli.Listing.Column;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code larder get upstreams}: lists the registries that are mirrored. */
@Command(
    name = "upstreams",
    aliases = "upstream",
    description = {
      "List the registries that are mirrored: those of the configuration, and those that were asked"
          + " for. Counts are of the last 365 days.",
      "LEFT is how many pulls its rate limit allows still, of how many, where it has said so.",
      "What * stands for are those that nothing was found at, or that were too many."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class GetUpstreamsCommand implements Callable<Integer> {
  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private ViewOptions view = new ViewOptions();

  private GetUpstreamsCommand() {}

  @Override
  public Integer call() throws CommandException {
    JsonNode result;
    try (Target found = target.find(Optional.empty())) {
      result = found.run(Operations.UPSTREAMS, Operations.noArguments(), Progress.UNSEEN);
    } catch (OperationException | IOException | UncheckedIOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
    Listing listing = new Listing(view.out(), view.format(), "upstreams", columns());
    listing.add(result.path("upstreams"));
    listing.end("No upstreams yet.");
    return 0;
  }

  /** The columns of a table of upstreams. */
  static List<Column> columns() {
    InstantSource clock = InstantSource.system();
    return List.of(
        Column.of("UPSTREAM", Cells.text("name")),
        Column.of("HITS", Cells.text("hits")),
        Column.of("MISSES", Cells.text("misses")),
        Column.wide("HIT RATIO", Cells::ratio),
        Column.wide("STALE", Cells.text("stale")),
        Column.of("ERRORS", Cells.text("errors")),
        Column.of("SERVED", Cells.bytes("servedBytes")),
        Column.of("FETCHED", Cells.bytes("fetchedBytes")),
        Column.of("SAVED", Cells.bytes("savedBytes")),
        Column.wide("STORED", Cells.bytes("storedBytes")),
        Column.wide("IMAGES", Cells.text("images")),
        Column.narrow("LEFT", UpstreamCells::left),
        Column.of("STATE", upstream -> UpstreamCells.state(upstream, clock)),
        Column.wide("RATE LIMIT", upstream -> UpstreamCells.rateLimit(upstream, clock).orElse("-")),
        Column.wide("FRESH FOR", UpstreamCells::freshFor),
        Column.wide("URL", Cells.text("url")),
        Column.wide(
            "TROUBLE", upstream -> Cells.text("trouble").apply(upstream.path("lastContact"))));
  }
}
