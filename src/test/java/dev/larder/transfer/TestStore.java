package dev.larder.transfer;

import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.Blob;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.store.file.FileBlobStore;
import dev.larder.store.sql.SqliteCatalog;
import dev.larder.testing.FaultyBlobStore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store to import into. */
final class TestStore implements Closeable {
  static final ImportRequest ALL = new ImportRequest(Map.of(), Optional.empty(), false, false);

  final FaultyBlobStore blobs;
  final Store store;
  private final SqliteCatalog catalog;

  TestStore(Path folder) throws IOException {
    blobs = new FaultyBlobStore(new FileBlobStore(folder));
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), InstantSource.system());
    store = new Store(blobs, catalog);
  }

  static RepositoryKey hosted(String name) {
    return RepositoryKey.hosted(new RepositoryName(name));
  }

  static RepositoryKey mirrored(String registry, String name) {
    return RepositoryKey.mirrored(new RegistryName(registry), new RepositoryName(name));
  }

  ImportReport run(Path source, ImportRequest request) throws Exception {
    return run(source, Optional.empty(), request);
  }

  ImportReport run(Path source, Optional<ImageName> name, ImportRequest request) throws Exception {
    return run(source, name, request, (_, _, _) -> {});
  }

  ImportReport run(
      Path source, Optional<ImageName> name, ImportRequest request, ImportProgress progress)
      throws Exception {
    return run(source, name, false, request, progress);
  }

  ImportReport runAsNamed(Path source) throws Exception {
    return run(source, Optional.empty(), true, ALL, (_, _, _) -> {});
  }

  private ImportReport run(
      Path source,
      Optional<ImageName> name,
      boolean asNamed,
      ImportRequest request,
      ImportProgress progress)
      throws Exception {
    Naming naming = new Naming(asNamed, RegistryName::isLoopback);
    try (ImageSource opened = Sources.open(source, name, naming, store, progress)) {
      return new Importer(store, progress).run(opened, request);
    }
  }

  Optional<Digest> tag(RepositoryKey repository, String tag) {
    return store.catalog().tag(repository, new Tag(tag));
  }

  List<String> tags(RepositoryKey repository) {
    return store.catalog().tags(repository, Optional.empty(), 100).stream()
        .map(Tag::value)
        .toList();
  }

  byte[] manifest(RepositoryKey repository, Digest digest) {
    return store.catalog().manifest(repository, digest).orElseThrow().content();
  }

  byte[] blob(RepositoryKey repository, Digest digest) throws IOException {
    try (Blob blob = store.openBlob(repository, digest).orElseThrow()) {
      return Channels.newInputStream(blob.content()).readAllBytes();
    }
  }

  @Override
  public void close() throws IOException {
    catalog.close();
  }
}
