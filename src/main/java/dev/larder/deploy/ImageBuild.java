package dev.larder.deploy;

import dev.larder.engine.Engine;
import dev.larder.engine.Image;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Builds Larder's image on an engine, from the Larder that runs and its JDK: the engine needs
 * nothing but the base image.
 *
 * @param version the version of Larder, for the image's label
 * @param base the image that it is built on: a Linux with glibc, bash and coreutils
 * @param tags the names that it gets
 */
public record ImageBuild(String version, String base, List<String> tags) {
  /** The base that the Dockerfile has. */
  public static final String BASE = "debian:trixie-slim";

  private static final Pattern NOTE =
      Pattern.compile("-{2,3}>|Removing intermediate container|Successfully (built|tagged)");

  /**
   * Only writes the folder that the image is built from, for another builder.
   *
   * @param folder made if it isn't there
   * @throws IOException if it isn't empty or can't be written, or if the JDK can't make the image's
   *     Java
   */
  public static void writeContext(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    try (var entries = Files.newDirectoryStream(folder)) {
      if (entries.iterator().hasNext()) {
        throw new IOException("%s isn't empty: name a new folder".formatted(folder));
      }
    }
    requireLinux();
    ImageContext.write(Installation.current(), folder);
  }

  /**
   * Builds it.
   *
   * @param lines is told what is being done, line by line
   * @throws IOException if it can't be built; the message says why and what to do
   */
  public Image run(Engine engine, Consumer<String> lines) throws IOException, InterruptedException {
    requireLinux();
    requireSamePlatform(engine);
    Path folder = Files.createTempDirectory("larder-image");
    try {
      lines.accept("linking a Java of its own");
      ImageContext.write(Installation.current(), folder);
      String id =
          engine.build(
              folder,
              ImageContext.DOCKERFILE,
              tags,
              Map.of("BASE", base, "VERSION", version),
              line -> tell(line.strip(), lines));
      return engine
          .image(id)
          .orElseThrow(() -> new IOException("the engine has lost what it built: " + id));
    } finally {
      delete(folder);
    }
  }

  /** What is done and what commands say, without what the engine notes of its own doings. */
  private static void tell(String line, Consumer<String> lines) {
    if (!line.isEmpty() && !NOTE.matcher(line).lookingAt()) {
      lines.accept(line);
    }
  }

  private static void requireLinux() throws IOException {
    if (!LinkedRuntime.platform().startsWith("linux/")) {
      throw new IOException(
          "the image needs a Java for Linux, and this one is for %s: in a checkout,"
                  .formatted(LinkedRuntime.platform())
              + " docker build -t larder . makes one in a container");
    }
  }

  private static void requireSamePlatform(Engine engine) throws IOException {
    String architecture =
        switch (engine.info().architecture()) {
          case "x86_64", "amd64" -> "amd64";
          case "aarch64", "arm64" -> "arm64";
          case String other -> other;
        };
    if (!LinkedRuntime.platform().equals("linux/" + architecture)) {
      throw new IOException(
          "%s runs on linux/%s, and this Java is for %s: in a checkout, docker build -t larder ."
                  .formatted(engine.name(), architecture, LinkedRuntime.platform())
              + " makes one in a container");
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
