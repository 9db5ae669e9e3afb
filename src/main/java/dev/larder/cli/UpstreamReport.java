package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.cli.ConfigurationFile.UpstreamEntry;
import dev.larder.metrics.Count;
import dev.larder.metrics.Counts;
import dev.larder.metrics.Metrics;
import dev.larder.mirror.Freshness;
import dev.larder.mirror.MirrorSettings;
import dev.larder.oci.RegistryName;
import dev.larder.store.FullDisk;
import dev.larder.store.Inventory.Stock;
import dev.larder.store.Inventory.Totals;
import dev.larder.upstream.Contact;
import dev.larder.upstream.UpstreamRegistry;
import dev.larder.upstream.UpstreamSettings;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The upstreams that the configuration names, and those of which something is here or was asked
 * for, with what is here of them and what was counted.
 */
final class UpstreamReport {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final DataFolder folder;
  private final Configuration configuration;
  private final Optional<Serving> serving;

  UpstreamReport(DataFolder folder, Configuration configuration, Optional<Serving> serving) {
    this.folder = folder;
    this.configuration = configuration;
    this.serving = serving;
  }

  /**
   * Everything that is counted, by day and upstream; what isn't kept yet is kept first, if there is
   * room for it.
   */
  Map<LocalDate, Map<String, Counts>> days() {
    try {
      serving.ifPresent(process -> process.keepCounts().run());
    } catch (UncheckedIOException e) {
      if (!FullDisk.isCause(e)) {
        throw e;
      }
    }
    return folder.statistics().days();
  }

  /** As the operation answers. */
  JsonNode list() {
    return JSON.createObjectNode().set("upstreams", list(days(), folder.inventory().stock()));
  }

  /** One object an upstream, by name. */
  ArrayNode list(Map<LocalDate, Map<String, Counts>> days, Stock stock) {
    Map<String, Counts> counts = new HashMap<>();
    days.values().forEach(day -> day.forEach((name, one) -> counts.merge(name, one, Counts::plus)));
    Map<RegistryName, Contact> contacts =
        serving.map(process -> process.contacts().get()).orElse(Map.of());
    Map<String, ObjectNode> upstreams = new TreeMap<>();
    configuration.upstreams().keySet().forEach(name -> add(upstreams, name.value()));
    stock.mirrored().keySet().forEach(name -> add(upstreams, name.value()));
    counts.keySet().forEach(name -> add(upstreams, name));
    contacts.keySet().forEach(name -> add(upstreams, name.value()));
    upstreams.remove(Metrics.HOSTED);
    upstreams.forEach(
        (name, node) -> {
          Optional<RegistryName> registry =
              name.equals(Metrics.OTHERS) ? Optional.empty() : RegistryName.parse(name);
          registry.ifPresent(one -> describe(node, one));
          registry.ifPresent(
              one -> {
                put(node, stock.mirrored().getOrDefault(one, Totals.NONE));
                node.put("storedBytes", stock.bytes().getOrDefault(registry, 0L));
              });
          put(node, counts.getOrDefault(name, Counts.NONE));
          registry
              .flatMap(one -> Optional.ofNullable(contacts.get(one)))
              .ifPresent(contact -> put(node, contact));
          registry.ifPresent(one -> serving.ifPresent(process -> putState(node, one, process)));
        });
    return JSON.createArrayNode().addAll(upstreams.values());
  }

  private static void add(Map<String, ObjectNode> upstreams, String name) {
    upstreams.computeIfAbsent(name, _ -> JSON.createObjectNode().put("name", name));
  }

  private void describe(ObjectNode node, RegistryName name) {
    Optional<UpstreamEntry> entry = Optional.ofNullable(configuration.upstreams().get(name));
    node.put("configured", entry.isPresent())
        .put("allowed", entry.map(UpstreamEntry::allow).orElse(configuration.otherUpstreams()))
        .put(
            "url",
            entry
                .flatMap(UpstreamEntry::url)
                .orElseGet(() -> UpstreamSettings.defaultUrl(name))
                .toString());
    Freshness freshness = freshness(entry);
    node.put("freshForSeconds", freshness.foundFor().toSeconds())
        .put("negativeForSeconds", freshness.absentFor().toSeconds());
    freshness.staleFor().ifPresent(longest -> node.put("staleForSeconds", longest.toSeconds()));
    if (configuration.offline()) {
      node.put("offline", true);
    }
  }

  private static Freshness freshness(Optional<UpstreamEntry> entry) {
    Freshness usual = MirrorSettings.DEFAULT.freshness();
    return entry.map(one -> one.freshness(usual)).orElse(usual);
  }

  /** Adds what limits us there at the moment. */
  private void putState(ObjectNode node, RegistryName name, Serving process) {
    Optional<UpstreamRegistry> registry = process.upstreams().apply(name);
    Freshness freshness = process.mirrors().freshness(name);
    registry
        .flatMap(UpstreamRegistry::rateLimit)
        .ifPresent(
            limit ->
                node.putObject("rateLimit")
                    .put("limit", limit.limit())
                    .put("remaining", limit.remaining())
                    .put("windowSeconds", limit.window().toSeconds())
                    .put("at", limit.at().toString()));
    Optional<UpstreamEntry> entry = Optional.ofNullable(configuration.upstreams().get(name));
    if (!freshness.equals(freshness(entry))) {
      node.put("stretchedToSeconds", freshness.foundFor().toSeconds());
    }
    registry
        .flatMap(UpstreamRegistry::leftAlone)
        .ifPresent(
            alone ->
                node.putObject("leftAlone")
                    .put("until", alone.until().toString())
                    .put("reason", alone.reason()));
  }

  /** Adds what is in the store. */
  static void put(ObjectNode node, Totals totals) {
    node.put("repositories", totals.repositories())
        .put("images", totals.images())
        .put("tags", totals.tags());
  }

  /** Adds what was counted. */
  static void put(ObjectNode node, Counts counts) {
    node.put("hits", counts.hits())
        .put("misses", counts.misses())
        .put(
            "revalidated",
            counts.of(Count.MANIFEST_REVALIDATED) + counts.of(Count.BLOB_REVALIDATED))
        .put("stale", counts.of(Count.MANIFEST_STALE))
        .put("absent", counts.of(Count.MANIFEST_ABSENT) + counts.of(Count.BLOB_ABSENT))
        .put("errors", counts.errors())
        .put("servedBytes", counts.of(Count.SERVED_BYTES))
        .put("fetchedBytes", counts.of(Count.FETCHED_BYTES))
        .put("savedBytes", counts.savedBytes())
        .put("evictions", counts.of(Count.EVICTION))
        .put("evictedBytes", counts.of(Count.EVICTED_BYTES));
  }

  private static void put(ObjectNode node, Contact contact) {
    ObjectNode last = node.putObject("lastContact").put("at", contact.at().toString());
    contact.trouble().ifPresent(trouble -> last.put("trouble", trouble));
  }
}
