package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.Store;
import dev.larder.transfer.ImageName;
import dev.larder.transfer.ImageSource;
import dev.larder.transfer.ImportProgress;
import dev.larder.transfer.ImportReport;
import dev.larder.transfer.ImportRequest;
import dev.larder.transfer.Importer;
import dev.larder.transfer.InvalidSourceException;
import dev.larder.transfer.Naming;
import dev.larder.transfer.Sources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Imports images from another registry's folder, an image layout or an archive. */
final class ImportOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Store store;
  private final Predicate<RegistryName> ownNames;

  ImportOperation(Store store, Predicate<RegistryName> ownNames) {
    this.store = store;
    this.ownNames = ownNames;
  }

  /** What it is told; names as they are written on the command line. */
  static ObjectNode arguments(
      Path source,
      List<String> repositories,
      Optional<String> name,
      Optional<String> upstream,
      boolean asNamed,
      boolean moveTags,
      boolean dryRun) {
    ObjectNode arguments =
        JSON.createObjectNode()
            .put("source", source.toString())
            .put("asNamed", asNamed)
            .put("moveTags", moveTags)
            .put("dryRun", dryRun);
    ArrayNode names = arguments.putArray("repositories");
    repositories.forEach(names::add);
    name.ifPresent(value -> arguments.put("name", value));
    upstream.ifPresent(value -> arguments.put("upstream", value));
    return arguments;
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress)
      throws OperationException, IOException {
    ImportProgress steps =
        (what, done, total) -> progress.report(new Step(what, Step.Unit.BYTES, done, total));
    Path place = Path.of(arguments.path("source").asText());
    Optional<ImageName> name = name(arguments);
    ImportRequest request =
        new ImportRequest(
            repositories(arguments.path("repositories")),
            upstream(arguments),
            arguments.path("moveTags").asBoolean(),
            arguments.path("dryRun").asBoolean());
    Naming naming = new Naming(arguments.path("asNamed").asBoolean(), ownNames);
    try (ImageSource source = Sources.open(place, name, naming, store, steps)) {
      return json(new Importer(store, steps).run(source, request));
    } catch (InvalidSourceException e) {
      throw new OperationException(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<ImageName> name(JsonNode arguments) throws OperationException {
    Optional<String> text = Optional.ofNullable(arguments.path("name").textValue());
    Optional<ImageName> name = text.flatMap(ImageName::parse);
    if (text.isPresent() && name.isEmpty()) {
      throw new OperationException(
          "\"%s\" is not the name of an image: write NAME or NAME:TAG".formatted(text.get()));
    }
    return name;
  }

  private static Optional<RegistryName> upstream(JsonNode arguments) throws OperationException {
    Optional<String> text = Optional.ofNullable(arguments.path("upstream").textValue());
    Optional<RegistryName> upstream = text.flatMap(RegistryName::parse);
    if (text.isPresent() && upstream.isEmpty()) {
      throw new OperationException(
          "\"%s\" is not a registry: write HOST or HOST:PORT".formatted(text.get()));
    }
    return upstream;
  }

  private static Map<RepositoryName, RepositoryName> repositories(JsonNode texts)
      throws OperationException {
    Map<RepositoryName, RepositoryName> names = new HashMap<>();
    for (JsonNode text : texts) {
      String[] parts = text.asText().split("=", 2);
      Optional<RepositoryName> from = RepositoryName.parse(parts[0]);
      Optional<RepositoryName> to = RepositoryName.parse(parts[parts.length - 1]);
      if (from.isEmpty() || to.isEmpty()) {
        throw new OperationException(
            "\"%s\" is not a repository: write NAME or NAME=NEWNAME".formatted(text.asText()));
      }
      names.put(from.get(), to.get());
    }
    return names;
  }

  private static ObjectNode json(ImportReport report) {
    ObjectNode node = JSON.createObjectNode();
    node.put("kind", report.kind())
        .put("repositories", report.repositories())
        .put("manifests", report.manifests())
        .put("manifestsThere", report.manifestsThere())
        .put("tags", report.tags())
        .put("tagsThere", report.tagsThere());
    node.set("linked", json(report.linked()));
    node.set("copied", json(report.copied()));
    node.set("there", json(report.there()));
    node.set("toRead", json(report.toRead()));
    report.notLinked().ifPresent(reason -> node.put("notLinked", reason));
    node.set("kept", json(report.kept()));
    node.set("incomplete", json(report.incomplete()));
    node.set("failures", json(report.failures()));
    return node;
  }

  private static ObjectNode json(ImportReport.Count count) {
    return JSON.createObjectNode().put("blobs", count.number()).put("bytes", count.bytes());
  }

  private static ArrayNode json(List<ImportReport.Notice> notices) {
    ArrayNode array = JSON.createArrayNode();
    for (ImportReport.Notice notice : notices) {
      array.addObject().put("image", notice.image()).put("text", notice.text());
    }
    return array;
  }
}
