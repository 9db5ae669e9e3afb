package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.OperationException;
import dev.larder.control.Step;
import dev.larder.oci.Digest;
import dev.larder.oci.ImageReference;
import dev.larder.oci.MediaType;
import dev.larder.oci.Platforms;
import dev.larder.transfer.Bundle;
import dev.larder.transfer.BundleWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code larder export}: writes images into a bundle. */
@Command(
    name = "export",
    description = {
      "Write images into a bundle: an OCI image layout in a tar archive, which larder import takes"
          + " in where there is no network. Images that aren't here are pulled first.",
      "The same images give the same bytes. May be run again, and goes on then."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ExportCommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";

  @Mixin private ImageOptions images = new ImageOptions();

  @Option(
      names = {"-o", "--bundle"},
      paramLabel = "FILE",
      required = true,
      description = "The bundle; - is standard output.")
  private String output = "";

  @Mixin private TargetOptions target = new TargetOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  private ExportCommand() {}

  @Override
  public Integer call() throws CommandException {
    boolean stream = output.equals(STANDARD_OUTPUT);
    if (stream && ProgressLine.onTerminal()) {
      throw CommandException.usage("a bundle isn't for a terminal: redirect -o - into a file");
    }
    Path file = Path.of(output).toAbsolutePath();
    if (!stream && (Files.isDirectory(file) || !Files.isDirectory(file.resolveSibling("")))) {
      throw CommandException.usage("%s can't be written: name a file".formatted(output));
    }
    PrintWriter err = spec.commandLine().getErr();
    Platforms platforms = images.platforms();
    ImageOptions.Wanted wanted = images.find(err);
    if (!wanted.failures().isEmpty()) {
      wanted.failures().forEach(failure -> err.println("failed: " + failure));
      throw CommandException.failure("nothing was exported, for the failures above");
    }
    try (Target larder = target.find(Optional.empty())) {
      List<JsonNode> found = pull(larder, wanted, platforms, err);
      Bundle bundle = bundle(found);
      BundleWriter.Contents contents = contents(larder, found);
      try (ProgressLine progress = ProgressLine.on(err, InstantSource.system())) {
        BundleWriter writer =
            new BundleWriter(
                bundle,
                contents,
                (what, done, total) ->
                    progress.report(new Step(what + " the bundle", Step.Unit.BYTES, done, total)));
        if (stream) {
          write(writer);
        } else {
          tell(file, found.size(), bundle.size(), writer.write(file));
        }
      }
      return 0;
    } catch (OperationException | IOException | UncheckedIOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private static void write(BundleWriter writer) throws IOException {
    try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
      writer.write(out);
    }
  }

  private void tell(Path file, int count, long bytes, long kept) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "exported %d %s to %s: %s%s"
            .formatted(
                count,
                count == 1 ? "image" : "images",
                file,
                Sizes.text(bytes),
                kept == 0 ? "" : ", of which an earlier attempt had left " + Sizes.text(kept)));
    out.flush();
  }

  /** Has all images pulled, with their parts told. */
  private static List<JsonNode> pull(
      Target larder, ImageOptions.Wanted wanted, Platforms platforms, PrintWriter err)
      throws CommandException, OperationException, IOException {
    JsonNode result;
    try (PullDisplay display = PullDisplay.on(err, err)) {
      result =
          larder.run(
              Operations.PULL, PullOperation.arguments(wanted.images(), platforms, true), display);
    }
    List<JsonNode> found = new ArrayList<>();
    result.path("images").forEach(found::add);
    long missing = found.stream().filter(image -> image.has("failure")).count();
    if (missing > 0) {
      throw CommandException.failure(
          "nothing was exported: %d of %d images can't be had, as said above"
              .formatted(missing, found.size()));
    }
    return found;
  }

  private static Bundle bundle(List<JsonNode> found) {
    List<Bundle.Image> images = new ArrayList<>();
    Map<Digest, Long> blobs = new HashMap<>();
    for (JsonNode image : found) {
      Digest digest = digest(image);
      image.path("parts").forEach(part -> blobs.put(digest(part), part.path("size").asLong()));
      images.add(
          new Bundle.Image(
              ImageReference.parse(image.path("name").asText()).orElseThrow(),
              MediaType.parse(image.path("mediaType").asText()),
              digest,
              blobs.getOrDefault(digest, 0L)));
    }
    return Bundle.of(images, blobs);
  }

  private static BundleWriter.Contents contents(Target larder, List<JsonNode> found) {
    Map<Digest, ObjectNode> places = new HashMap<>();
    for (JsonNode image : found) {
      for (JsonNode part : image.path("parts")) {
        if (part instanceof ObjectNode place) {
          places.putIfAbsent(digest(part), place);
        }
      }
    }
    return (digest, offset) -> {
      @Nullable ObjectNode place = places.get(digest);
      if (place == null) {
        throw new IOException("Larder didn't say where %s is".formatted(digest));
      }
      return new TargetContent(larder, place, offset);
    };
  }

  private static Digest digest(JsonNode node) {
    return Digest.parse(node.path("digest").asText()).orElseThrow();
  }
}
