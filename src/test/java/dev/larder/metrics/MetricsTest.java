package dev.larder.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics = new Metrics(List.of("docker.io"));

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void whatIsCountedIsTheUpstreamsThatItWasCountedFor() {
    metrics.admit("quay.io");
    metrics.add("docker.io", Count.MANIFEST_HIT, 1);
    metrics.add("docker.io", Count.MANIFEST_HIT, 2);
    metrics.add("quay.io", Count.SERVED_BYTES, 10_000_000_000L);
    metrics.add(Metrics.HOSTED, Count.PUSH, 1);

    assertThat(metrics.counts())
        .containsOnly(
            Map.entry("docker.io", new Counts(Map.of(Count.MANIFEST_HIT, 3L))),
            Map.entry("quay.io", new Counts(Map.of(Count.SERVED_BYTES, 10_000_000_000L))),
            Map.entry(Metrics.HOSTED, new Counts(Map.of(Count.PUSH, 1L))));
  }

  @Test
  void anUpstreamThatWasOfNoUseYetIsCountedWithTheOthers() {
    metrics.add("made-up.example", Count.MANIFEST_ABSENT, 1);

    assertThat(metrics.counts()).containsOnlyKeys(Metrics.OTHERS);
  }

  @Test
  void soManyUpstreamsAreCountedByNameAndTheRestTogether() {
    for (int i = 0; i < 1000; i++) {
      metrics.admit("r%d.example".formatted(i));
      metrics.add("r%d.example".formatted(i), Count.BLOB_HIT, 1);
    }
    metrics.add("docker.io", Count.BLOB_HIT, 1);

    Map<String, Counts> counts = metrics.counts();
    assertThat(counts).hasSize(102).containsKeys("r0.example", "docker.io");
    assertThat(counts.get(Metrics.OTHERS)).isEqualTo(new Counts(Map.of(Count.BLOB_HIT, 900L)));
  }

  @Test
  void nothingIsLostWhenManyCountAtOnce() {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        threads.execute(
            () -> {
              metrics.admit("quay.io");
              for (int j = 0; j < 1000; j++) {
                metrics.add("quay.io", Count.BLOB_MISS, 1);
              }
            });
      }
    }
    assertThat(metrics.counts().get("quay.io"))
        .isEqualTo(new Counts(Map.of(Count.BLOB_MISS, 100_000L)));
  }

  @Test
  void prometheusGetsWhatIsCountedByTheNamesThatItKnows() {
    metrics.add("docker.io", Count.BLOB_HIT, 2);
    metrics.add("docker.io", Count.SERVED_BYTES, 10_000_000_001L);
    metrics.add(Metrics.HOSTED, Count.PUSH, 1);

    assertThat(metrics.text().lines())
        .contains(
            "# TYPE larder_requests_total counter",
            "larder_requests_total{object=\"blob\",outcome=\"hit\",upstream=\"docker.io\"} 2.0",
            "larder_served_bytes_total{upstream=\"docker.io\"} 1.0000000001E10",
            "larder_pushes_total{upstream=\"\"} 1.0");
  }

  @Test
  void theTimeAnUpstreamTookIsInAFewBucketsAndIsNoneWhereItGaveNoAnswer() {
    metrics.asked("docker.io", Asked.FOUND, Duration.ofMillis(30));
    metrics.asked("docker.io", Asked.ABSENT, Duration.ofMillis(300));
    metrics.asked("docker.io", Asked.FAILED, Duration.ofSeconds(30));
    metrics.asked("made-up.example", Asked.FAILED, Duration.ZERO);

    assertThat(metrics.text().lines())
        .contains(
            "larder_upstream_requests_total{outcome=\"failed\",upstream=\"docker.io\"} 1.0",
            "larder_upstream_requests_total{outcome=\"failed\",upstream=\"*\"} 1.0",
            "larder_upstream_request_seconds_bucket{upstream=\"docker.io\",le=\"0.05\"} 1",
            "larder_upstream_request_seconds_bucket{upstream=\"docker.io\",le=\"0.5\"} 2",
            "larder_upstream_request_seconds_count{upstream=\"docker.io\"} 2",
            "larder_upstream_request_seconds_sum{upstream=\"docker.io\"} 0.33");
  }

  @Test
  void valuesAreLookedUpWhenTheyAreWantedAndThoseThatAreGoneAreGone() {
    Map<String, Double> left = new HashMap<>(Map.of("docker.io", 76.0, "quay.io", 5.0));
    metrics.gauges("larder.left", "What is left.", "upstream", () -> left);
    metrics.gauge("larder.store.bytes", "Bytes.", () -> 12);
    assertThat(metrics.text())
        .contains("larder_left{upstream=\"quay.io\"} 5.0\n", "larder_store_bytes 12.0\n");

    left.remove("quay.io");
    left.put("docker.io", 75.0);

    assertThat(metrics.text())
        .contains("larder_left{upstream=\"docker.io\"} 75.0\n")
        .doesNotContain("larder_left{upstream=\"quay.io\"}");
  }

  @Test
  void theProcessIsSeenToo() {
    assertThat(metrics.text())
        .contains("jvm_memory_used_bytes{", "process_cpu_usage ", "process_files_open_files ");
  }

  @Test
  void namesThatClientsMakeUpBecomeNoLabels() {
    for (int i = 0; i < 1000; i++) {
      metrics.admit("r%d.example".formatted(i));
      metrics.asked("r%d.example".formatted(i), Asked.FOUND, Duration.ZERO);
    }
    assertThat(metrics.upstreams()).hasSize(101);
    assertThat(metrics.text().lines().filter(line -> line.startsWith("larder_requests_total{")))
        .hasSize(13 * 103);
  }

  @Test
  void whatIsSavedIsWhatWasServedWithoutBeingFetchedForIt() {
    Counts counts = new Counts(Map.of(Count.SERVED_BYTES, 300L, Count.FETCHED_BYTES, 100L));

    assertThat(counts.savedBytes()).isEqualTo(200);
    assertThat(counts.since(new Counts(Map.of(Count.SERVED_BYTES, 300L))).savedBytes()).isZero();
    assertThat(counts.plus(counts).savedBytes()).isEqualTo(400);
  }

  @Test
  void requestsAreHitsOrMissesOrNeither() {
    Counts counts =
        new Counts(
            Map.of(
                Count.MANIFEST_HIT, 1L,
                Count.MANIFEST_REVALIDATED, 2L,
                Count.MANIFEST_STALE, 4L,
                Count.BLOB_HIT, 8L,
                Count.MANIFEST_MISS, 16L,
                Count.BLOB_MISS, 32L,
                Count.MANIFEST_ABSENT, 64L,
                Count.MANIFEST_HOSTED, 128L,
                Count.BLOB_ERROR, 256L));

    assertThat(counts.hits()).isEqualTo(15);
    assertThat(counts.misses()).isEqualTo(48);
    assertThat(counts.errors()).isEqualTo(256);
  }
}
