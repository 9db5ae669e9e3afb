package dev.larder.deploy;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * The files that a Larder runs from.
 *
 * @param jar its own jar
 * @param libraries the jars that it needs, beside it as its manifest says
 */
public record Installation(Path jar, List<Path> libraries) {

  /**
   * The one that runs.
   *
   * @throws IOException if it doesn't run from its jar, or not all that belongs to it is there
   */
  public static Installation current() throws IOException {
    Path place;
    try {
      URI source = Installation.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      place = Path.of(source);
    } catch (URISyntaxException e) {
      throw new IOException("Larder's own jar has an address that is none", e);
    }
    if (!Files.isRegularFile(place)) {
      throw new IOException(
          "this Larder runs from %s, and only one that runs from its jar can be packed: build it"
                  .formatted(place)
              + " with mvn package, or run ./larder");
    }
    return of(place);
  }

  /** The one whose jar is {@code jar}. */
  static Installation of(Path jar) throws IOException {
    List<Path> libraries = new ArrayList<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      String path = file.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      for (String library : path.split(" ", -1)) {
        libraries.add(jar.resolveSibling(library));
      }
    }
    for (Path library : libraries) {
      if (!Files.isRegularFile(library)) {
        throw new IOException("%s is missing, which %s needs".formatted(library, jar));
      }
    }
    return new Installation(jar, List.copyOf(libraries));
  }
}
