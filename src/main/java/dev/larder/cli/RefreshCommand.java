package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.cli.Listing.Column;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code larder refresh}: asks upstreams what tags name now. */
@Command(
    name = "refresh",
    description = {
      "Ask upstreams now what tags name, however lately they were asked, and say what has changed.",
      "Who pulls such a tag next gets the new image; its layers come with that pull."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class RefreshCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "IMAGE",
      arity = "0..*",
      description = {
        "REGISTRY/NAME:TAG, be it here or not; or REGISTRY/NAME for each of its tags that is here;"
            + " or a name with * for anything, for those that are here:",
        "quay.io/org/app:1  quay.io/org/app  'docker.io/*:latest'"
      })
  private List<String> images = new ArrayList<>();

  @Option(
      names = "--all",
      fallbackValue = "true",
      description = "Each tag of an upstream that is here.")
  private boolean all;

  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private ViewOptions view = new ViewOptions();

  private RefreshCommand() {}

  @Override
  public Integer call() throws CommandException {
    if (all == !images.isEmpty()) {
      throw CommandException.usage("say which images to ask for, or --all");
    }
    Listing listing = new Listing(view.out(), view.format(), "images", columns());
    List<JsonNode> failed = new ArrayList<>();
    try (Target found = target.find(Optional.empty())) {
      for (List<String> names : names(found)) {
        JsonNode result = refresh(found, names);
        listing.add(result);
        result.forEach(image -> addIfFailed(failed, image));
      }
    } catch (OperationException | IOException | UncheckedIOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
    listing.end("No upstream's image is here.");
    failed.forEach(
        image ->
            view.err()
                .println(
                    "larder: %s: %s"
                        .formatted(image.path("name").asText(), image.path("message").asText())));
    return failed.isEmpty() ? 0 : 1;
  }

  private JsonNode refresh(Target found, List<String> names)
      throws OperationException, IOException {
    try (ProgressLine progress = ProgressLine.on(view.err(), InstantSource.system())) {
      return found
          .run(Operations.REFRESH, RefreshOperation.arguments(names), progress)
          .path("images");
    }
  }

  private static void addIfFailed(List<JsonNode> failed, JsonNode image) {
    if (image.path("state").asText().equals(RefreshOperation.FAILED)) {
      failed.add(image);
    }
  }

  /** What to ask for, in lists that are as long as a page at most. */
  private List<List<String>> names(Target found)
      throws OperationException, IOException, CommandException {
    List<List<String>> names = new ArrayList<>();
    if (all) {
      addHere(names, found, ImagesOperation.named(Optional.empty()));
    }
    List<String> single = new ArrayList<>();
    for (String image : images) {
      boolean tagged = image.indexOf(':', image.lastIndexOf('/') + 1) >= 0;
      if (image.indexOf('*') < 0 && tagged) {
        single.add(image);
      } else if (!addHere(
          names,
          found,
          image.indexOf('*') < 0
              ? ImagesOperation.of(image)
              : ImagesOperation.named(Optional.of(image)))) {
        throw CommandException.failure("no tag of an upstream's is here for " + image);
      }
    }
    if (!single.isEmpty()) {
      names.addFirst(single);
    }
    return names;
  }

  /** Adds those that are here; whether there are any. */
  private static boolean addHere(List<List<String>> names, Target found, ObjectNode arguments)
      throws OperationException, IOException {
    boolean any = false;
    ObjectNode next = arguments;
    while (true) {
      JsonNode page = found.run(Operations.IMAGES, next, Progress.UNSEEN).path("images");
      List<String> tags = new ArrayList<>();
      for (JsonNode image : page) {
        if (image.has("upstream") && image.has("tag")) {
          tags.add(image.path("name").asText());
        }
      }
      if (!tags.isEmpty()) {
        names.add(tags);
        any = true;
      }
      if (page.isEmpty()) {
        return any;
      }
      next = ImagesOperation.after(arguments, page.get(page.size() - 1));
    }
  }

  private static List<Column> columns() {
    return List.of(
        Column.of("IMAGE", Cells.text("name")),
        Column.of("STATE", Cells.text("state")),
        Column.narrow("OLD", Cells.shortDigest("old")),
        Column.narrow("NEW", Cells.shortDigest("new")),
        Column.wide("OLD", Cells.text("old")),
        Column.wide("NEW", Cells.text("new")));
  }
}
