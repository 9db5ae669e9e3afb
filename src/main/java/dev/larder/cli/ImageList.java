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
import java.util.function.Predicate;

/** Asks for images page by page, and prints each page as it comes. */
final class ImageList {
  private ImageList() {}

  /** Columns that tell of an image what its name doesn't. */
  static List<Column> columns(Column name) {
    InstantSource clock = InstantSource.system();
    return List.of(
        name,
        Column.of("KIND", ImageList::kind),
        Column.narrow("DIGEST", Cells.shortDigest("digest")),
        Column.of("SIZE", Cells.bytes("bytes")),
        Column.of("PINNED", Cells.text("pinned")),
        Column.wide("PULLS", Cells.text("pulls")),
        Column.wide("LAST PULL", Cells.age("lastPulled", clock)),
        Column.wide("DIGEST", Cells.text("digest")),
        Column.wide("MEDIA TYPE", Cells.text("mediaType")));
  }

  /** One of a private repository is a mirrored one as well, which goes without saying. */
  private static String kind(JsonNode image) {
    return image.path("private").asBoolean() ? "private" : image.path("kind").asText();
  }

  /**
   * Prints those that {@code which} is true of.
   *
   * @param arguments as {@link ImagesOperation} takes them
   */
  static void print(
      TargetOptions target, ObjectNode arguments, Predicate<JsonNode> which, Listing listing)
      throws CommandException {
    try (Target found = target.find(Optional.empty())) {
      JsonNode page = found.run(Operations.IMAGES, arguments, Progress.UNSEEN);
      while (true) {
        List<JsonNode> images = new ArrayList<>();
        page.path("images").forEach(images::add);
        listing.add(images.stream().filter(which).toList());
        if (page.path("last").asBoolean()) {
          return;
        }
        page =
            found.run(
                Operations.IMAGES,
                ImagesOperation.after(arguments, images.getLast()),
                Progress.UNSEEN);
      }
    } catch (OperationException | IOException | UncheckedIOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }
}
