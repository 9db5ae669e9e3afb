package dev.larder.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;

/**
 * The folder that Larder's image is built from: a Dockerfile, and beside it in {@code larder} what
 * is to be /opt/larder. The Dockerfile is that of the checkout, but for its first stage: that
 * builds Larder and then writes this folder, which is here already.
 */
final class ImageContext {
  /** The Dockerfile's name. */
  static final String DOCKERFILE = "Dockerfile";

  private static final String RESOURCES = "image/";
  private static final List<String> PROGRAMS = List.of("larder", "health", "train");
  private static final List<String> TEXTS = List.of("jvm", "registry.yml");

  private static final String FIRST_STAGE = "FROM ${BUILD} AS build\n";
  private static final String SECOND_STAGE = "FROM ${BASE}\n";

  /** How the second takes what the first has written. */
  private static final String FROM_FIRST_STAGE = "COPY --from=build /context/";

  private ImageContext() {}

  /**
   * Writes one.
   *
   * @param installation the Larder that goes into the image
   * @param folder made if it isn't there; must be empty
   * @throws IOException if it can't be written, or the JDK can't make a Java of its own
   */
  static void write(Installation installation, Path folder)
      throws IOException, InterruptedException {
    Path larder = folder.resolve("larder");
    Path libraries = larder.resolve("lib");
    Path natives = larder.resolve("native");
    Files.createDirectories(libraries);
    Files.createDirectories(natives);
    LinkedRuntime.link(larder.resolve("runtime"));
    Files.copy(installation.jar(), larder.resolve("larder.jar"));
    for (Path library : installation.libraries()) {
      NativeCode.separate(library, libraries.resolve(library.getFileName()), natives);
    }
    for (String name : PROGRAMS) {
      Path program = Files.write(larder.resolve(name), resource(name));
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    for (String name : TEXTS) {
      Files.write(larder.resolve(name), resource(name));
    }
    Files.writeString(folder.resolve(DOCKERFILE), dockerfile());
  }

  /** The Dockerfile, without its first stage. */
  static String dockerfile() throws IOException {
    String whole = new String(resource(DOCKERFILE), UTF_8);
    int first = whole.indexOf(FIRST_STAGE);
    int second = whole.indexOf(SECOND_STAGE);
    if (first < 0 || second < first || !whole.contains(FROM_FIRST_STAGE)) {
      throw new IllegalStateException("the Dockerfile has other stages");
    }
    return whole.substring(0, first) + whole.substring(second).replace(FROM_FIRST_STAGE, "COPY ");
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream content = ImageContext.class.getResourceAsStream(RESOURCES + name)) {
      return Objects.requireNonNull(content, name).readAllBytes();
    }
  }
}
