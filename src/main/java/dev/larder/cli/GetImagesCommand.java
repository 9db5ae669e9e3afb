package dev.larder.cli;

import dev.larder.cli.Listing.Column;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code larder get images}: lists what was pushed and what is mirrored. */
@Command(
    name = "images",
    aliases = "image",
    description =
        "List the images that are here: pushed ones, then those of upstreams, then those without a"
            + " tag.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class GetImagesCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "FILTER",
      description =
          "Only those whose name (quay.io/org/app:1) has this in it; with * for anything, those"
              + " whose whole name is like this.")
  private @Nullable String filter;

  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private ViewOptions view = new ViewOptions();

  private GetImagesCommand() {}

  @Override
  public Integer call() throws CommandException {
    Listing listing =
        new Listing(
            view.out(),
            view.format(),
            "images",
            ImageList.columns(Column.of("IMAGE", Cells.text("name"))));
    ImageList.print(target, ImagesOperation.named(Optional.ofNullable(filter)), _ -> true, listing);
    listing.end(filter == null ? "No images yet." : "No image has that name.");
    return 0;
  }
}
