package dev.larder.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.oci.Digest;
import dev.larder.oci.Digest.Algorithm;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.RepositoryKey;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The folder in which the CNCF's distribution registry ({@code registry:2}, {@code registry:3})
 * keeps everything:
 *
 * <pre>
 * docker/registry/v2/
 *   blobs/sha256/6c/6c3c62…/data                             bytes of blobs and manifests
 *   repositories/some/app/
 *     _layers/sha256/6c3c62…/link                            a blob that it serves
 *     _manifests/revisions/sha256/0a51d8…/link               a manifest that it serves
 *     _manifests/tags/latest/current/link                    "sha256:0a51d8…"
 * </pre>
 *
 * What has no link is what that registry doesn't serve: it was deleted.
 */
public final class RegistryTwoFolder implements ImageSource {
  private final Path blobs;
  private final Path repositories;

  private RegistryTwoFolder(Path root) throws IOException {
    this.blobs = root.resolve("blobs");
    this.repositories = root.resolve("repositories").toRealPath();
  }

  /** The one in {@code folder}, which is its root directory or lies below that; if there is one. */
  static Optional<RegistryTwoFolder> find(Path folder) throws IOException {
    for (String below : List.of("docker/registry/v2", "registry/v2", "v2", "")) {
      Path root = folder.resolve(below);
      if (Files.isDirectory(root.resolve("repositories"))
          && Files.isDirectory(root.resolve("blobs"))) {
        return Optional.of(new RegistryTwoFolder(root));
      }
    }
    return Optional.empty();
  }

  @Override
  public String kind() {
    return "the folder of a registry:2";
  }

  /** Folders whose names can't be a repository's are left out: that registry can't serve them. */
  @Override
  public List<RepositoryKey> repositories() throws IOException {
    List<RepositoryName> names = new ArrayList<>();
    Files.walkFileTree(
        repositories,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = String.valueOf(folder.getFileName());
            if (!name.startsWith("_") || folder.equals(repositories)) {
              return FileVisitResult.CONTINUE;
            }
            if (name.equals("_manifests")) {
              String relative = repositories.relativize(folder.resolveSibling("")).toString();
              RepositoryName.parse(relative.replace('\\', '/')).ifPresent(names::add);
            }
            return FileVisitResult.SKIP_SUBTREE;
          }
        });
    return names.stream().sorted().map(RepositoryKey::hosted).toList();
  }

  @Override
  public Listing list(RepositoryKey repository) throws IOException {
    Path folder = folder(repository).resolve("_manifests");
    List<Digest> manifests = new ArrayList<>();
    for (Algorithm algorithm : Algorithm.values()) {
      forEachIn(
          folder.resolve("revisions").resolve(algorithm.prefix()),
          name ->
              Digest.parse(algorithm.prefix() + ":" + name)
                  .filter(digest -> Files.exists(revision(repository, digest)))
                  .ifPresent(manifests::add));
    }
    Map<Tag, Digest> tags = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    Path tagFolder = folder.resolve("tags");
    List<String> names = new ArrayList<>();
    forEachIn(tagFolder, names::add);
    for (String name : names) {
      Path link = tagFolder.resolve(name).resolve("current").resolve("link");
      // A tag whose deletion was cut short has a folder and no link.
      if (Files.exists(link)) {
        Optional<Tag> tag = Tag.parse(name);
        Optional<Digest> target = Digest.parse(Files.readString(link, UTF_8).strip());
        if (tag.isPresent() && target.isPresent()) {
          tags.put(tag.get(), target.get());
        } else {
          problems.add("%s doesn't hold a tag and its digest".formatted(link));
        }
      }
    }
    return new Listing(manifests, tags, problems);
  }

  @Override
  public Optional<Content> manifest(RepositoryKey repository, Digest digest) throws IOException {
    return content(revision(repository, digest), digest);
  }

  @Override
  public Optional<Content> blob(RepositoryKey repository, Digest digest) throws IOException {
    return content(link(folder(repository).resolve("_layers"), digest), digest);
  }

  private Optional<Content> content(Path link, Digest digest) throws IOException {
    Path data =
        blobs
            .resolve(digest.algorithm().prefix())
            .resolve(digest.hex().substring(0, 2))
            .resolve(digest.hex())
            .resolve("data");
    return Files.exists(link) ? Content.of(data) : Optional.empty();
  }

  private Path revision(RepositoryKey repository, Digest digest) {
    return link(folder(repository).resolve("_manifests").resolve("revisions"), digest);
  }

  private static Path link(Path folder, Digest digest) {
    return folder.resolve(digest.algorithm().prefix()).resolve(digest.hex()).resolve("link");
  }

  private Path folder(RepositoryKey repository) {
    return repositories.resolve(repository.name().value());
  }

  private static void forEachIn(Path folder, Consumer<String> action) throws IOException {
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        entries.forEach(entry -> action.accept(String.valueOf(entry.getFileName())));
      }
    }
  }

  @Override
  public void close() {
    // Nothing stays open.
  }
}
