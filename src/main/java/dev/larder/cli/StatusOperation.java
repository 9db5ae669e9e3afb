package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.Progress;
import dev.larder.metrics.Count;
import dev.larder.metrics.Counts;
import dev.larder.metrics.Metrics;
import dev.larder.mirror.Fetch;
import dev.larder.store.Housekeeping;
import dev.larder.store.Inventory.Stock;
import dev.larder.store.Inventory.Totals;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Tells how a Larder is: what it has, and what it has done for its users. */
final class StatusOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final DataFolder folder;
  private final Configuration configuration;
  private final UpstreamReport upstreams;
  private final Optional<Serving> serving;

  StatusOperation(
      DataFolder folder,
      Configuration configuration,
      UpstreamReport upstreams,
      Optional<Serving> serving) {
    this.folder = folder;
    this.configuration = configuration;
    this.upstreams = upstreams;
    this.serving = serving;
  }

  /**
   * What it is told.
   *
   * @param days of how many days, up to the last on which something was counted, each upstream is
   *     told
   */
  static ObjectNode arguments(int days) {
    return JSON.createObjectNode().put("days", days);
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress) throws IOException {
    Map<LocalDate, Map<String, Counts>> days = upstreams.days();
    Stock stock = folder.inventory().stock();
    ObjectNode status =
        JSON.createObjectNode()
            .put("version", Version.current())
            .put("serving", serving.isPresent())
            .put("offline", configuration.offline());
    serving.ifPresent(process -> put(status, process));
    status.put("data", folder.path().toAbsolutePath().toString());
    status
        .putObject("disk")
        .put("usedBytes", stock.allBytes())
        .put("freeBytes", folder.disk().free());
    putStored(status, stock);
    putCache(status.putObject("cache"));
    putCounted(status, days);
    putDays(status.putArray("days"), days, arguments.path("days").asInt());
    status.set("upstreams", upstreams.list(days, stock));
    putHousekeeping(status.putObject("housekeeping"));
    return status;
  }

  private static void put(ObjectNode status, Serving serving) {
    status.put("since", serving.since().toString());
    serving.addresses().get().forEach(status.putArray("addresses")::add);
    ArrayNode fetches = status.putArray("fetches");
    for (Fetch fetch : serving.fetches().get()) {
      ObjectNode node =
          fetches
              .addObject()
              .put("repository", fetch.repository().toString())
              .put("digest", fetch.digest().toString())
              .put("receivedBytes", fetch.received());
      fetch.length().ifPresent(length -> node.put("bytes", length));
    }
  }

  private static void putStored(ObjectNode status, Stock stock) {
    UpstreamReport.put(status.putObject("hosted"), stock.hosted());
    UpstreamReport.put(status.putObject("overlays"), stock.overlays());
    UpstreamReport.put(
        status.putObject("mirrored"),
        stock.mirrored().values().stream().reduce(Totals.NONE, Totals::plus));
  }

  private void putCache(ObjectNode cache) {
    long size = folder.store().catalog().mirroredBytes();
    cache
        .put("bytes", size)
        .put("capacityBytes", configuration.cacheSize().capacity(size, folder.disk()))
        .put("pins", folder.store().catalog().pins().size());
  }

  private static void putCounted(ObjectNode status, Map<LocalDate, Map<String, Counts>> days) {
    Counts pushed = Counts.NONE;
    Counts pulled = Counts.NONE;
    for (Map<String, Counts> day : days.values()) {
      for (Map.Entry<String, Counts> one : day.entrySet()) {
        if (one.getKey().equals(Metrics.HOSTED)) {
          pushed = pushed.plus(one.getValue());
        } else {
          pulled = pulled.plus(one.getValue());
        }
      }
    }
    days.keySet().stream()
        .min(LocalDate::compareTo)
        .ifPresent(day -> status.put("countedSince", day.toString()));
    UpstreamReport.put(status.putObject("pullsThrough"), pulled);
    status
        .putObject("own")
        .put("requests", pushed.of(Count.MANIFEST_HOSTED) + pushed.of(Count.BLOB_HOSTED))
        .put("servedBytes", pushed.of(Count.SERVED_BYTES))
        .put("pushes", pushed.of(Count.PUSH))
        .put("receivedBytes", pushed.of(Count.RECEIVED_BYTES));
  }

  /**
   * @param detailed of how many of the last days each upstream is told: of all, it would be too
   *     much
   */
  private static void putDays(
      ArrayNode byDay, Map<LocalDate, Map<String, Counts>> days, int detailed) {
    LocalDate last = days.keySet().stream().max(LocalDate::compareTo).orElse(LocalDate.EPOCH);
    days.forEach(
        (day, counted) -> {
          Map<String, Counts> upstreams = new TreeMap<>(counted);
          upstreams.remove(Metrics.HOSTED);
          ObjectNode node = byDay.addObject().put("day", day.toString());
          UpstreamReport.put(node, upstreams.values().stream().reduce(Counts.NONE, Counts::plus));
          if (last.minusDays(detailed).isBefore(day)) {
            ArrayNode each = node.putArray("upstreams");
            upstreams.forEach(
                (name, counts) -> UpstreamReport.put(each.addObject().put("name", name), counts));
          }
        });
  }

  private void putHousekeeping(ObjectNode housekeeping) {
    folder
        .store()
        .catalog()
        .lastDone(Housekeeping.COLLECTION)
        .ifPresent(at -> housekeeping.put("collected", at.toString()));
    Optional<Instant> verified = folder.store().catalog().lastDone(Housekeeping.VERIFICATION);
    configuration
        .housekeeping()
        .verifyEvery()
        .flatMap(every -> verified.map(at -> at.plus(every)))
        .ifPresent(due -> housekeeping.put("nextVerification", due.toString()));
  }
}
