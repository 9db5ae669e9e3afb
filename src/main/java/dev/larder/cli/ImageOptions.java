package dev.larder.cli;

import dev.larder.oci.ImageReference;
import dev.larder.oci.Platform;
import dev.larder.oci.Platforms;
import dev.larder.warm.KubernetesImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The flags that say which images a command is about. */
final class ImageOptions {
  private static final String ALL = "all";

  @Parameters(
      paramLabel = "IMAGE",
      arity = "0..*",
      description = "Images, named as Pods name them: alpine is docker.io/library/alpine:latest.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "FILE|FOLDER|-",
      description = {
        "All images that Kubernetes' YAML or JSON names: in workloads, in Pods' templates wherever"
            + " they stand, and in volumes. Of a folder, all .yaml, .yml and .json in it; - is"
            + " standard input. Can be given several times."
      })
  private List<String> files = new ArrayList<>();

  @Option(
      names = "--strict",
      fallbackValue = "true",
      description =
          "Do nothing if a document can't be read. Default: name it, and go on with the others.")
  private boolean strict;

  @Option(
      names = "--from-cluster",
      paramLabel = "NAME",
      split = ",",
      description = "All images that the nodes of this cluster have pulled.")
  private List<String> clusters = new ArrayList<>();

  @Option(
      names = "--platform",
      paramLabel = "OS/ARCH[/VARIANT]",
      split = ",",
      description =
          "For which platforms, of images that have several; or all. Default: Linux on this"
              + " machine's processor.")
  private List<String> platforms = new ArrayList<>();

  /**
   * What they come to.
   *
   * @param failures names that can't be understood, and nodes that couldn't be asked: sentences
   */
  record Wanted(Set<ImageReference> images, List<String> failures) {}

  /** For which platforms. */
  Platforms platforms() throws CommandException {
    if (platforms.equals(List.of(ALL))) {
      return Platforms.ALL;
    }
    List<Platform> wanted = new ArrayList<>();
    for (String text : platforms) {
      wanted.add(
          Platform.parse(text)
              .orElseThrow(
                  () ->
                      CommandException.usage(
                          "--platform is OS/ARCH, OS/ARCH/VARIANT or all, and \"%s\" isn't"
                              .formatted(text))));
    }
    return new Platforms(
        wanted.isEmpty() ? List.of(Platform.linux(System.getProperty("os.arch"))) : wanted);
  }

  /**
   * Finds the images.
   *
   * @param err is told of documents that can't be read
   */
  Wanted find(PrintWriter err) throws CommandException {
    if (names.isEmpty() && files.isEmpty() && clusters.isEmpty()) {
      throw CommandException.usage("name images, or say by -f or --from-cluster what names them");
    }
    Wanted wanted = new Wanted(new LinkedHashSet<>(), new ArrayList<>());
    for (String name : names) {
      wanted
          .images()
          .add(
              ImageReference.parse(name)
                  .orElseThrow(
                      () ->
                          CommandException.usage(
                              "\"%s\" isn't the name of an image".formatted(name))));
    }
    KubernetesImages documents = documents();
    documents.problems().forEach(problem -> err.println("not read: " + problem));
    err.flush();
    if (strict && !documents.problems().isEmpty()) {
      throw CommandException.failure(
          "%d documents can't be read, and --strict is given"
              .formatted(documents.problems().size()));
    }
    documents.images().forEach(name -> add(wanted, name));
    if (!clusters.isEmpty()) {
      ClusterImages images = ClusterImages.of(clusters);
      images.names().forEach(name -> add(wanted, name));
      wanted.failures().addAll(images.failures());
    }
    if (wanted.images().isEmpty() && wanted.failures().isEmpty()) {
      throw CommandException.failure("no image is named there");
    }
    return wanted;
  }

  private static void add(Wanted wanted, String name) {
    Optional<ImageReference> image = ImageReference.parse(name);
    image.ifPresentOrElse(
        wanted.images()::add,
        () -> wanted.failures().add("\"%s\" isn't the name of an image".formatted(name)));
  }

  private KubernetesImages documents() throws CommandException {
    try {
      return DocumentFiles.images(files);
    } catch (IOException | UncheckedIOException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    }
  }
}
