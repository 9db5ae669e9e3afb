package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.warm.KubernetesImages;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads Kubernetes' documents from files, folders and standard input. */
final class DocumentFiles {
  private static final String STANDARD_INPUT = "-";
  private static final Pattern NAMES = Pattern.compile(".*\\.(ya?ml|json)");

  private DocumentFiles() {}

  /**
   * The images that they name.
   *
   * @throws IOException if one can't be read; the message is for the user
   */
  static KubernetesImages images(List<String> places) throws IOException {
    Set<String> images = new LinkedHashSet<>();
    List<String> problems = new ArrayList<>();
    for (String place : places) {
      if (place.equals(STANDARD_INPUT)) {
        byte[] input = System.in.readAllBytes();
        add(KubernetesImages.in("standard input", new String(input, UTF_8)), images, problems);
      } else {
        for (Path file : files(Path.of(place))) {
          String text = new String(Files.readAllBytes(file), UTF_8);
          add(KubernetesImages.in(file.toString(), text), images, problems);
        }
      }
    }
    return new KubernetesImages(List.copyOf(images), problems);
  }

  private static void add(KubernetesImages found, Set<String> images, List<String> problems) {
    images.addAll(found.images());
    problems.addAll(found.problems());
  }

  /** The file itself, or what of a folder may hold documents, but for what is hidden. */
  private static List<Path> files(Path place) throws IOException {
    if (!Files.exists(place)) {
      throw new NoSuchFileException("there is no file or folder " + place);
    }
    if (!Files.isDirectory(place)) {
      return List.of(place);
    }
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        place,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean hidden = String.valueOf(folder.getFileName()).startsWith(".");
            return hidden && !folder.equals(place)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (Files.isRegularFile(file)
                && NAMES.matcher(String.valueOf(file.getFileName())).matches()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }
}
