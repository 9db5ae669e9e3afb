package dev.larder.transfer;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.util.Comparator;
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
    Map<RepositoryKey, RepositoryKey> names = names(source, request);
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
      Map<RepositoryKey, RepositoryKey> names,
      Tally tally,
      BlobImport blobs)
      throws IOException {
    for (Map.Entry<RepositoryKey, RepositoryKey> name : names.entrySet()) {
      tally.repositories++;
      RepositoryKey to = name.getValue();
      if (to.upstream().isEmpty() && beginsWithRegistry(to.name())) {
        tally.fail(
            name.getKey().toString(),
            "not imported, since its name begins with a registry, whose mirror that means here:"
                + " give it another name by --repository %s=NEWNAME".formatted(name.getKey()));
      } else {
        new RepositoryImport(source, name.getKey(), to, store, blobs, tally)
            .run(request.moveTags());
      }
    }
  }

  private static RepositoryKey key(ImportRequest request, RepositoryKey from, RepositoryName name) {
    return request
        .upstream()
        .or(from::upstream)
        .map(upstream -> RepositoryKey.mirrored(upstream, name))
        .orElseGet(() -> RepositoryKey.hosted(name));
  }

  private static boolean beginsWithRegistry(RepositoryName name) {
    int slash = name.value().indexOf('/');
    return slash > 0 && RegistryName.looksLikeRegistry(name.value().substring(0, slash));
  }

  private static Map<RepositoryKey, RepositoryKey> names(ImageSource source, ImportRequest request)
      throws IOException, InvalidSourceException {
    List<RepositoryKey> all = source.repositories();
    Map<RepositoryKey, RepositoryKey> names =
        new TreeMap<>(Comparator.comparing(RepositoryKey::toString));
    if (request.repositories().isEmpty()) {
      all.forEach(from -> names.put(from, key(request, from, from.name())));
    }
    for (Map.Entry<RepositoryName, RepositoryName> wanted : request.repositories().entrySet()) {
      List<RepositoryKey> called =
          all.stream().filter(from -> isCalled(from, wanted.getKey())).toList();
      if (called.isEmpty()) {
        throw new InvalidSourceException(
            "there is no repository %s in it; it has %s".formatted(wanted.getKey(), told(all)));
      }
      for (RepositoryKey from : called) {
        boolean renamed = !wanted.getKey().equals(wanted.getValue());
        names.put(from, key(request, from, renamed ? wanted.getValue() : from.name()));
      }
    }
    return names;
  }

  /** With its registry or without. */
  private static boolean isCalled(RepositoryKey repository, RepositoryName name) {
    return repository.name().equals(name) || repository.toString().equals(name.value());
  }

  private static String told(List<RepositoryKey> names) {
    String some =
        names.stream()
            .limit(MAX_NAMES_TOLD)
            .map(RepositoryKey::toString)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "none" : names.size() > MAX_NAMES_TOLD ? some + ", …" : some;
  }
}
