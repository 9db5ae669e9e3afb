package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.mirror.Fetch;
import dev.larder.oci.ImageReference;
import dev.larder.oci.Platform;
import dev.larder.oci.Platforms;
import dev.larder.store.RepositoryKey;
import dev.larder.warm.Outcome;
import dev.larder.warm.Part;
import dev.larder.warm.Warmer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sees to it that images are here whole. Its steps in bytes are layers on their way, called by
 * repository and digest; one that is over has all of its bytes. Its steps in items are images that
 * are done, each as a line for the user.
 */
final class PullOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int SHORT_DIGEST = 12;

  private final Warmer warmer;

  PullOperation(Warmer warmer) {
    this.warmer = warmer;
  }

  /**
   * What it is told.
   *
   * @param parts whether to list the manifests and blobs of each image
   */
  static ObjectNode arguments(
      Collection<ImageReference> images, Platforms platforms, boolean parts) {
    ObjectNode arguments = JSON.createObjectNode().put("parts", parts);
    ArrayNode names = arguments.putArray("images");
    images.forEach(image -> names.add(image.toString()));
    ArrayNode wanted = arguments.putArray("platforms");
    platforms.wanted().forEach(platform -> wanted.add(platform.toString()));
    return arguments;
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress) throws OperationException {
    Set<ImageReference> images = new LinkedHashSet<>();
    for (JsonNode name : arguments.path("images")) {
      images.add(
          ImageReference.parse(name.asText())
              .orElseThrow(() -> new OperationException(name + " isn't the name of an image")));
    }
    List<Platform> platforms = new ArrayList<>();
    for (JsonNode name : arguments.path("platforms")) {
      platforms.add(
          Platform.parse(name.asText())
              .orElseThrow(() -> new OperationException(name + " isn't a platform")));
    }
    List<Outcome> outcomes =
        warmer.run(
            List.copyOf(images), new Platforms(platforms), new Steps(progress, images.size()));
    ObjectNode result = JSON.createObjectNode();
    ArrayNode list = result.putArray("images");
    outcomes.forEach(outcome -> list.add(json(outcome, arguments.path("parts").asBoolean())));
    return result;
  }

  private static ObjectNode json(Outcome outcome, boolean parts) {
    ObjectNode node = JSON.createObjectNode().put("name", outcome.image().toString());
    switch (outcome) {
      case Outcome.Missing missing -> node.put("failure", missing.message());
      case Outcome.Here here -> {
        node.put("digest", here.digest().toString())
            .put("mediaType", here.mediaType().value())
            .put("bytes", here.parts().stream().mapToLong(Part::size).sum())
            .put("fetched", here.parts().stream().filter(Part::fetched).count())
            .put("fetchedBytes", fetchedBytes(here));
        here.warning().ifPresent(warning -> node.put("warning", warning));
        if (parts) {
          ArrayNode list = node.putArray("parts");
          here.parts().forEach(part -> list.add(json(part)));
        }
      }
    }
    return node;
  }

  private static ObjectNode json(Part part) {
    return ContentOperation.where(part.repository(), part.digest(), part.manifest())
        .put("size", part.size());
  }

  private static long fetchedBytes(Outcome.Here here) {
    return here.parts().stream().filter(Part::fetched).mapToLong(Part::size).sum();
  }

  /** Makes steps of what the warmer tells. */
  private static final class Steps implements Warmer.Listener {
    private final Progress progress;
    private final int images;
    private int ended;
    private Map<String, Long> shown = new HashMap<>();

    Steps(Progress progress, int images) {
      this.progress = progress;
      this.images = images;
    }

    @Override
    public void fetching(List<Fetch> fetches) {
      Map<String, Long> now = new HashMap<>();
      for (Fetch fetch : fetches) {
        String layer = name(fetch.repository(), fetch.digest().hex());
        now.put(layer, fetch.length().orElse(1));
        progress.report(
            new Step(layer, Step.Unit.BYTES, fetch.received(), fetch.length().orElse(0)));
      }
      shown.forEach(
          (layer, length) -> {
            if (!now.containsKey(layer)) {
              progress.report(new Step(layer, Step.Unit.BYTES, length, length));
            }
          });
      shown = now;
    }

    private static String name(RepositoryKey repository, String hex) {
      return repository + " " + hex.substring(0, SHORT_DIGEST);
    }

    @Override
    public void ended(Outcome outcome) {
      ended++;
      progress.report(new Step(line(outcome), Step.Unit.ITEMS, ended, images));
    }

    private static String line(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Missing missing ->
            "failed: %s: %s".formatted(missing.image(), missing.message());
        case Outcome.Here here -> {
          long fetched = here.parts().stream().filter(Part::fetched).count();
          String what =
              fetched == 0
                  ? "here already: " + here.image()
                  : "pulled: %s: %d of %d manifests and blobs, %s"
                      .formatted(
                          here.image(),
                          fetched,
                          here.parts().size(),
                          Sizes.text(fetchedBytes(here)));
          yield what + here.warning().map(warning -> ": " + warning).orElse("");
        }
      };
    }
  }
}
