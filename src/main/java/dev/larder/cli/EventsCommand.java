package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.events.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code larder events}: what happens in a Larder. */
@Command(
    name = "events",
    description =
        "Say what has happened while Larder serves: pulls, pushes, mounts, deletions, fetches from"
            + " upstreams, evictions.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class EventsCommand implements Callable<Integer> {
  private static final int USUAL_LAST = 100;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILTER",
      description =
          "Only of images whose name (quay.io/org/app:1) has this in it; with * for anything, those"
              + " whose whole name is like this.")
  private @Nullable String filter;

  @Option(
      names = {"-f", "--follow"},
      fallbackValue = "true",
      description = "Go on with what happens, until interrupted.")
  private boolean follow;

  @Option(
      names = {"-n", "--last"},
      paramLabel = "N",
      description =
          "Begin with the last N of those that are kept, which are some thousands. Default: 100, or"
              + " 0 with -f.")
  private @Nullable Integer last;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      split = ",",
      description = "Only these: pull, push, mount, delete, fetch, evict.")
  private List<String> kinds = new ArrayList<>();

  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  private EventsCommand() {}

  @Override
  public Integer call() throws CommandException {
    int first = last == null ? (follow ? 0 : USUAL_LAST) : last;
    if (first < 0) {
      throw CommandException.usage("--last is 0 or more, not " + first);
    }
    JsonNode arguments =
        EventsOperation.arguments(follow, first, words(), Optional.ofNullable(filter));
    try (Target found = target.find(Optional.empty())) {
      found.run(Operations.EVENTS, arguments, new Printer());
    } catch (OperationException | IOException | UncheckedIOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
    return 0;
  }

  private List<String> words() throws CommandException {
    List<String> known = Stream.of(Kind.values()).map(Kind::word).toList();
    List<String> words = new ArrayList<>();
    for (String kind : kinds) {
      String word = kind.toLowerCase(Locale.ROOT);
      if (!known.contains(word)) {
        throw CommandException.usage(
            "--kind: \"%s\" is none of %s"
                .formatted(kind, known.stream().collect(Collectors.joining(", "))));
      }
      words.add(word);
    }
    return words;
  }

  /** Prints each event when it comes. */
  private final class Printer implements Progress {
    @Override
    public void report(Step step) {}

    @Override
    public void give(JsonNode item) {
      PrintWriter out = output.out();
      boolean text = output.format() == OutputFormat.TEXT;
      if (text && item.has("missed")) {
        output
            .err()
            .println(
                "larder: %d events came too fast and aren't shown"
                    .formatted(item.path("missed").asLong()));
        output.err().flush();
      } else {
        out.println(text ? EventJson.line(item) : item.toString());
      }
      if (out.checkError()) {
        throw new UncheckedIOException(new IOException("nobody reads the events any more"));
      }
    }
  }
}
