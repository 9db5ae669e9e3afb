package dev.larder.cli;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.RepositoryKey;
import dev.larder.transfer.ImageName;
import java.util.Locale;
import java.util.Optional;

/**
 * What an image of the engine is to be called at Larder.
 *
 * @param source what the engine calls it
 * @param repository where it is pushed to: {@code localhost:5001/app}
 * @param tag with this tag
 * @param name what manifests call it then: {@code localhost:5001/app:dev}, or its original name
 * @param overlay whether that is the name of an upstream's image
 */
record LoadTarget(String source, String repository, Tag tag, String name, boolean overlay) {
  private static final Tag LATEST = new Tag("latest");

  /**
   * Decides it.
   *
   * @param source a name as it is written for the engine, or an id
   * @param as what it is to be called instead of that
   * @param asIs whether it keeps its registry
   * @param larder Larder's name for the engine
   * @throws CommandException if a name is needed, or can't be had
   */
  static LoadTarget of(String source, Optional<String> as, boolean asIs, RegistryName larder)
      throws CommandException {
    String text = as.orElse(source);
    if (text.indexOf('@') >= 0 || text.startsWith("sha256:")) {
      throw idWithoutName(source);
    }
    ImageName name =
        ImageName.parse(text)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "\"%s\" isn't the name of an image: write NAME or NAME:TAG"
                            .formatted(text)));
    Tag tag = name.tag().orElse(LATEST);
    RegistryName registry = registry(text);
    if (asIs && !registry.equals(larder)) {
      RepositoryKey original = RepositoryKey.mirrored(registry, name.repository());
      RepositoryName overlay =
          original
              .overlay()
              .map(RepositoryKey::name)
              .orElseThrow(
                  () ->
                      CommandException.usage(
                          "nothing can be pushed over images of %s: no path names that registry"
                              .formatted(registry)));
      return new LoadTarget(source, larder + "/" + overlay, tag, original + ":" + tag, true);
    }
    String repository = larder + "/" + name.repository();
    return new LoadTarget(source, repository, tag, repository + ":" + tag, false);
  }

  /** What to say where an id is given and no name. */
  static CommandException idWithoutName(String id) {
    return CommandException.usage(
        "%s says no name: say by --as NAME:TAG what it is to be called".formatted(id));
  }

  private static RegistryName registry(String name) {
    int slash = name.indexOf('/');
    return Optional.of(slash < 0 ? "" : name.substring(0, slash))
        .filter(RegistryName::looksLikeRegistry)
        .flatMap(RegistryName::parse)
        .orElse(RegistryName.DOCKER_HUB);
  }

  /** The name by which the engine pushes it. */
  String pushed() {
    return repository + ":" + tag;
  }

  /**
   * What to do about a push of it that failed, as the end of a sentence; empty where nothing is
   * known.
   *
   * @param message the engine's
   * @param podman whether that is Podman
   */
  String remedy(String message, boolean podman) {
    String registry = repository.substring(0, repository.indexOf('/'));
    String text = message.toLowerCase(Locale.ROOT);
    if (text.contains("gave http response to https client")
        || text.contains("first record does not look like a tls handshake")) {
      return podman
          ? ("; tell Podman that it speaks plain http, in registries.conf: [[registry]]"
                  + " location = \"%s\" insecure = true")
              .formatted(registry)
          : "; tell the engine that it speaks plain http, in daemon.json: \"insecure-registries\": [\"%s\"]"
              .formatted(registry);
    }
    if (text.contains("connection refused")) {
      return "; is a Larder serving at %s? See larder up, or say another one by --to"
          .formatted(registry);
    }
    if (text.contains("unauthorized") || text.contains("no basic auth credentials")) {
      return "; log the user in by docker login " + registry;
    }
    // In the words of Larder, or of an engine that reads no more of its answer than the code.
    boolean mirrored = text.contains("can only be pulled from") || text.contains("unsupported");
    return overlay && mirrored
        ? "; --as-is needs a Larder with overlays turned on: larder serve --overlays"
        : "";
  }
}
