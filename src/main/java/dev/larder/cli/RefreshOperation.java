package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.control.Step.Unit;
import dev.larder.mirror.Lookup;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.Mirrors;
import dev.larder.mirror.Source;
import dev.larder.oci.Digest;
import dev.larder.store.Catalog;
import dev.larder.store.StoredManifest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Asks upstreams what tags name now, however fresh their last answers are. All names are read
 * before any upstream is asked, so that a wrong one changes nothing.
 */
final class RefreshOperation implements Operation {
  /** What became of a tag, by its field {@code state}. */
  static final String UNCHANGED = "unchanged";

  static final String CHANGED = "changed";
  static final String NEW = "new";
  static final String GONE = "gone";
  static final String FAILED = "failed";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** So many tags are asked for at a time: enough to hide the distance, too few to be a burden. */
  private static final int AT_ONCE = 8;

  private final Catalog catalog;
  private final Optional<Mirrors> mirrors;

  /**
   * @param mirrors what asks the upstreams; empty where no Larder serves
   */
  RefreshOperation(Catalog catalog, Optional<Mirrors> mirrors) {
    this.catalog = catalog;
    this.mirrors = mirrors;
  }

  /** What it is told: names of images with their registry and tag. */
  static ObjectNode arguments(List<String> images) {
    ArrayNode names = JSON.createArrayNode();
    images.forEach(names::add);
    return JSON.createObjectNode().set("images", names);
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress)
      throws OperationException, IOException {
    if (mirrors.isEmpty()) {
      throw new OperationException(
          "no Larder serves this store: one that is started asks for each tag anew anyway");
    }
    List<MirroredTag> tags = new ArrayList<>();
    for (JsonNode name : arguments.path("images")) {
      tags.add(MirroredTag.parse(name.asText()));
    }
    ArrayNode images = JSON.createArrayNode();
    ExecutorService askers = Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory());
    try {
      List<Future<ObjectNode>> answers =
          tags.stream().map(tag -> askers.submit(() -> refresh(mirrors.get(), tag))).toList();
      for (Future<ObjectNode> answer : answers) {
        progress.report(new Step("asking upstreams", Unit.ITEMS, images.size(), tags.size()));
        images.add(await(answer));
      }
    } finally {
      askers.shutdownNow();
    }
    return JSON.createObjectNode().set("images", images);
  }

  private static ObjectNode await(Future<ObjectNode> answer) throws IOException {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Larder is stopping");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UncheckedIOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private ObjectNode refresh(Mirrors mirrors, MirroredTag image) {
    ObjectNode result = JSON.createObjectNode().put("name", image.toString());
    Optional<Mirror> mirror = mirrors.mirror(image.upstream(), image.repository());
    if (mirror.isEmpty()) {
      return result
          .put("state", FAILED)
          .put("message", "the configuration doesn't allow " + image.upstream());
    }
    Optional<Digest> old = catalog.tag(mirror.get().key(), image.tag());
    old.ifPresent(digest -> result.put("old", digest.toString()));
    return switch (mirror.get().refreshedManifest(image.tag())) {
      case Lookup.Found<StoredManifest>(var _, Source source, Optional<String> warning)
          when source == Source.STALE ->
          result.put("state", FAILED).put("message", warning.orElse(""));
      case Lookup.Found<StoredManifest> found -> {
        Digest now = found.value().digest();
        yield result
            .put("new", now.toString())
            .put("state", old.map(was -> was.equals(now) ? UNCHANGED : CHANGED).orElse(NEW));
      }
      case Lookup.Absent<StoredManifest> absent when old.isPresent() ->
          result.put("state", GONE).put("message", absent.message());
      case Lookup<StoredManifest> none ->
          result.put("state", FAILED).put("message", none.message());
    };
  }
}
