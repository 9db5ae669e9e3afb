package dev.larder.cli;

import dev.larder.cli.Listing.Column;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code larder get tags}: lists the tags of a repository. */
@Command(
    name = "tags",
    aliases = "tag",
    description = "List the tags of a repository that are here. An upstream may have more.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class GetTagsCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "REPOSITORY",
      description =
          "NAME (or localhost:5000/NAME) of one that was pushed, REGISTRY/NAME"
              + " (docker.io/library/busybox) of one that is mirrored.")
  private String repository = "";

  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private ViewOptions view = new ViewOptions();

  private GetTagsCommand() {}

  @Override
  public Integer call() throws CommandException {
    Listing listing =
        new Listing(
            view.out(),
            view.format(),
            "tags",
            ImageList.columns(Column.of("TAG", Cells.text("tag"))));
    ImageList.print(target, ImagesOperation.of(repository), image -> image.has("tag"), listing);
    listing.end("It has no tags.");
    return 0;
  }
}
