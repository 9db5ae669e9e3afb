package dev.larder.transfer;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Takes over what a source holds: blobs first, each verified and durable, then the manifests that
 * refer to them, what an index lists before the index, and then the tags. So an import that is cut
 * short at any moment has left whole images, and one that is run again goes on: what a repository
 * has is not read a second time.
 *
 * <p>What is wrong with one image is reported and doesn't stop the others. A store that can't be
 * written does.
 */
public final class Importer {
  private static final int MAX_NAMES_TOLD = 20;

  private final Store store;
  private final ImportProgress progress;

  public Importer(Store store, ImportProgress progress) {
    this.store = store;
    this.progress = progress;
  }

  /**
   * Imports.
   *
   * @throws InvalidSourceException if the source has no repository that was asked for
   * @throws IOException if the source's folders can't be read, or the store can't be written
   * @throws java.io.UncheckedIOException if the catalog can't be written
   */
  public ImportReport run(ImageSource source, ImportRequest request)
      throws IOException, InvalidSourceException {
    Map<RepositoryName, RepositoryName> names = names(source, request);
    Tally survey = new Tally();
    pass(source, request, names, survey, BlobImport.survey(store, survey, progress));
    if (request.dryRun()) {
      return survey.report(source.kind());
    }
    Tally tally = new Tally();
    long total = survey.toRead.bytes();
    pass(source, request, names, tally, BlobImport.real(store, tally, progress, total));
    return tally.report(source.kind());
  }

  private void pass(
      ImageSource source,
      ImportRequest request,
      Map<RepositoryName, RepositoryName> names,
      Tally tally,
      BlobImport blobs)
      throws IOException {
    for (Map.Entry<RepositoryName, RepositoryName> name : names.entrySet()) {
      tally.repositories++;
      if (request.upstream().isEmpty() && beginsWithRegistry(name.getValue())) {
        tally.fail(
            name.getKey().value(),
            "not imported, since its name begins with a registry, whose mirror that means here:"
                + " give it another name by --repository %s=NEWNAME".formatted(name.getKey()));
      } else {
        RepositoryKey to = key(request, name.getValue());
        new RepositoryImport(source, name.getKey(), to, store, blobs, tally)
            .run(request.moveTags());
      }
    }
  }

  private static RepositoryKey key(ImportRequest request, RepositoryName name) {
    return request
        .upstream()
        .map(upstream -> RepositoryKey.mirrored(upstream, name))
        .orElseGet(() -> RepositoryKey.hosted(name));
  }

  private static boolean beginsWithRegistry(RepositoryName name) {
    int slash = name.value().indexOf('/');
    return slash > 0 && RegistryName.looksLikeRegistry(name.value().substring(0, slash));
  }

  private static Map<RepositoryName, RepositoryName> names(
      ImageSource source, ImportRequest request) throws IOException, InvalidSourceException {
    List<RepositoryName> all = source.repositories();
    Map<RepositoryName, RepositoryName> names = new TreeMap<>(request.repositories());
    if (names.isEmpty()) {
      all.forEach(name -> names.put(name, name));
    }
    for (RepositoryName name : names.keySet()) {
      if (!all.contains(name)) {
        throw new InvalidSourceException(
            "there is no repository %s in it; it has %s".formatted(name, told(all)));
      }
    }
    return names;
  }

  private static String told(List<RepositoryName> names) {
    String some =
        names.stream()
            .limit(MAX_NAMES_TOLD)
            .map(RepositoryName::value)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "none" : names.size() > MAX_NAMES_TOLD ? some + ", …" : some;
  }
}
