package dev.larder.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.testing.TestImages.Image;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Other programs' folders and archives of images, as those programs write them. */
public final class TestFolders {
  private TestFolders() {}

  /** The folder of a registry:2, which is filled as that fills it. */
  public record RegistryTwo(Path folder) {
    private Path root() {
      return folder.resolve("docker/registry/v2");
    }

    /** The file of a blob or manifest. */
    public Path data(Digest digest) {
      return root()
          .resolve("blobs/sha256/%s/%s/data".formatted(digest.hex().substring(0, 2), digest.hex()));
    }

    private static void write(Path file, byte[] content) throws IOException {
      Files.createDirectories(file.resolveSibling(""));
      Files.write(file, content);
    }

    private void link(String repository, String below, Digest digest) throws IOException {
      Path file = root().resolve("repositories").resolve(repository).resolve(below).resolve("link");
      write(file, digest.toString().getBytes(UTF_8));
    }

    /** Adds a blob to a repository. */
    public Digest blob(String repository, byte[] content) throws IOException {
      Digest digest = Digest.sha256(content);
      write(data(digest), content);
      link(repository, "_layers/sha256/" + digest.hex(), digest);
      return digest;
    }

    /** Adds a manifest to a repository, under tags. */
    public Digest manifest(String repository, byte[] content, String... tags) throws IOException {
      Digest digest = Digest.sha256(content);
      write(data(digest), content);
      link(repository, "_manifests/revisions/sha256/" + digest.hex(), digest);
      for (String tag : tags) {
        link(repository, "_manifests/tags/%s/current".formatted(tag), digest);
        link(repository, "_manifests/tags/%s/index/sha256/%s".formatted(tag, digest.hex()), digest);
      }
      return digest;
    }

    /** Adds an image to a repository, under tags. */
    public Digest image(String repository, Image image, String... tags) throws IOException {
      blob(repository, image.config());
      for (byte[] layer : image.layers()) {
        blob(repository, layer);
      }
      return manifest(repository, image.manifest(), tags);
    }

    /**
     * Takes a blob out of a repository as a DELETE does: its bytes stay until they are collected.
     */
    public void unlink(String repository, Digest digest) throws IOException {
      Files.delete(
          root()
              .resolve(
                  "repositories/%s/_layers/sha256/%s/link".formatted(repository, digest.hex())));
    }
  }

  /** A manifest in the index of a layout, with the annotations that it has there. */
  public record Entry(MediaType mediaType, byte[] manifest, Map<String, String> annotations) {}

  /** The files of an image layout, by their names. */
  public static Map<String, byte[]> layout(List<Entry> entries, List<Image> images) {
    Stream<byte[]> ofImages =
        images.stream()
            .flatMap(
                image ->
                    Stream.concat(
                        Stream.of(image.manifest(), image.config()), image.layers().stream()));
    Map<String, byte[]> files =
        Stream.concat(entries.stream().map(Entry::manifest), ofImages)
            .collect(
                Collectors.toMap(
                    content -> "blobs/sha256/" + Digest.sha256(content).hex(),
                    content -> content,
                    (one, _) -> one));
    String manifests = entries.stream().map(TestFolders::json).collect(Collectors.joining(","));
    files.put("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(UTF_8));
    files.put(
        "index.json",
        "{\"schemaVersion\":2,\"manifests\":[%s]}".formatted(manifests).getBytes(UTF_8));
    return files;
  }

  private static String json(Entry entry) {
    String annotations =
        entry.annotations().entrySet().stream()
            .map(one -> "\"%s\":\"%s\"".formatted(one.getKey(), one.getValue()))
            .collect(Collectors.joining(","));
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,\"annotations\":{%s}}"
        .formatted(
            entry.mediaType(),
            Digest.sha256(entry.manifest()),
            entry.manifest().length,
            annotations);
  }

  /**
   * The files of what docker save wrote before Docker 25.
   *
   * @param tags as JSON, {@code null} for none
   */
  public static Map<String, byte[]> dockerArchive(String tags, byte[] config, List<byte[]> layers) {
    List<String> names = new ArrayList<>();
    Map<String, byte[]> files = new HashMap<>();
    for (byte[] layer : layers) {
      String name = "layer%d/layer.tar".formatted(names.size());
      names.add("\"" + name + "\"");
      files.put(name, layer);
    }
    String configName = Digest.sha256(config).hex() + ".json";
    files.put(configName, config);
    files.put(
        "manifest.json",
        "[{\"Config\":\"%s\",\"RepoTags\":%s,\"Layers\":[%s]}]"
            .formatted(configName, tags, String.join(",", names))
            .getBytes(UTF_8));
    return files;
  }

  /** An image's configuration that names those layers, uncompressed. */
  public static byte[] config(List<byte[]> layers) {
    String ids =
        layers.stream()
            .map(layer -> "\"" + Digest.sha256(layer) + "\"")
            .collect(Collectors.joining(","));
    return "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}"
        .formatted(ids)
        .getBytes(UTF_8);
  }

  /** Writes files into a folder. */
  public static Path folder(Path folder, Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.resolveSibling(""));
      Files.write(path, file.getValue());
    }
    return folder;
  }

  /**
   * Writes files into a tar archive, which is compressed if its name ends in {@code gz}.
   *
   * @param links symbolic links by their names
   */
  public static Path tar(Path file, Map<String, byte[]> files, Map<String, String> links)
      throws IOException {
    OutputStream out = Files.newOutputStream(file);
    if (file.toString().endsWith("gz")) {
      out = new GZIPOutputStream(out);
    }
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, byte[]> one : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(one.getKey());
        entry.setSize(one.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(one.getValue());
        tar.closeArchiveEntry();
      }
      for (Map.Entry<String, String> link : links.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(link.getKey(), TarArchiveEntry.LF_SYMLINK);
        entry.setLinkName(link.getValue());
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
      }
    }
    return file;
  }
}
