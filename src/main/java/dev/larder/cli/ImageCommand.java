package dev.larder.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Step;
import dev.larder.deploy.ImageBuild;
import dev.larder.engine.Engine;
import dev.larder.engine.Image;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code larder image}: packs the Larder that runs into an image. */
@Command(
    name = "image",
    description = {
      "Build the image of this Larder with the local engine, Docker or Podman.",
      "It is made of this Larder and the JDK that runs it, so the engine needs only the base image."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ImageCommand implements Callable<Integer> {
  private static final String NAME = "larder";

  @Option(
      names = "--tag",
      paramLabel = "NAME",
      split = ",",
      description =
          "What to call it; can be given several times. Default: larder:VERSION and"
              + " larder:latest.")
  private List<String> tags = new ArrayList<>();

  @Option(
      names = "--base",
      paramLabel = "IMAGE",
      description =
          "The image to build on: a Linux with glibc, bash and coreutils. Default:"
              + " ${DEFAULT-VALUE}.",
      defaultValue = ImageBuild.BASE)
  private String base = ImageBuild.BASE;

  @Option(
      names = "--context",
      paramLabel = "DIR",
      description =
          "Only write the folder that it is built from, for another builder:"
              + " docker buildx build DIR.")
  private @Nullable Path context;

  @Mixin private OutputOptions output = new OutputOptions();

  private ImageCommand() {}

  @Override
  public Integer call() throws CommandException, InterruptedException {
    try {
      if (context != null) {
        ImageBuild.writeContext(context);
      } else {
        print(build());
      }
      return 0;
    } catch (IOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private Image build() throws IOException, InterruptedException {
    try (Engine engine = LocalEngine.connect()) {
      return build(new ImageBuild(Version.current(), base, tags()), engine, output.err());
    }
  }

  /** Builds Larder's image, and shows on {@code err} how far that is. */
  static Image build(ImageBuild build, Engine engine, PrintWriter err)
      throws IOException, InterruptedException {
    try (ProgressLine progress = ProgressLine.on(err, InstantSource.system())) {
      return build.run(engine, line -> progress.report(new Step(line, Step.Unit.ITEMS, 0, 0)));
    }
  }

  /** The names that Larder's image of this version gets; the first says the version. */
  static List<String> defaultTags() {
    return List.of(NAME + ":" + Version.current(), NAME + ":latest");
  }

  private List<String> tags() {
    return tags.isEmpty() ? defaultTags() : tags;
  }

  private void print(Image image) {
    PrintWriter out = output.out();
    switch (output.format()) {
      case TEXT ->
          out.println(
              "Built %s: %s on %s, %s"
                  .formatted(
                      String.join(", ", tags()), Sizes.text(image.bytes()), base, image.id()));
      case JSON -> out.println(json(image));
    }
    out.flush();
  }

  private ObjectNode json(Image image) {
    ObjectNode node = JsonNodeFactory.instance.objectNode().put("id", image.id()).put("base", base);
    node.put("bytes", image.bytes()).putArray("tags");
    tags().forEach(node.withArray("tags")::add);
    return node;
  }
}
