package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.cli.ConfigurationFile.UpstreamEntry;
import dev.larder.http.Headers;
import dev.larder.notify.EndpointSettings;
import dev.larder.oci.RegistryName;
import dev.larder.registry.access.AccessSettings;
import dev.larder.store.CacheLimits;
import dev.larder.store.Housekeeping;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The dashboard and the alerts in {@code deploy/} speak of what a Larder says of itself. */
class DashboardTest {
  private static final Pattern NAME = Pattern.compile("\\b(larder|jvm|process)_[a-z_]+");
  private static final Path DASHBOARD = Path.of("deploy/grafana/larder.json");
  private static final Path ALERTS = Path.of("deploy/prometheus/larder-alerts.yaml");

  @TempDir Path folder;

  @Test
  void everyMetricOfTheDashboardAndOfTheAlertsIsExposed() throws Exception {
    Set<String> exposed = exposed();

    assertThat(names(queries())).hasSizeGreaterThan(15).isSubsetOf(exposed);
    assertThat(names(alerts())).hasSizeGreaterThan(5).isSubsetOf(exposed);
  }

  @Test
  void whatLarderCountsItselfIsAllOnTheDashboard() throws Exception {
    Set<String> shown = names(queries());
    shown.add("larder_build");
    shown.addAll(
        Set.of(
            "larder_upstream_request_seconds_count",
            "larder_upstream_request_seconds_sum",
            "larder_upstream_request_seconds_max"));

    assertThat(exposed().stream().filter(name -> name.startsWith("larder_"))).isSubsetOf(shown);
  }

  private static Set<String> names(List<String> expressions) {
    return expressions.stream()
        .flatMap(expression -> NAME.matcher(expression).results())
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> queries() throws Exception {
    JsonNode dashboard = new JsonMapper().readTree(Files.readString(DASHBOARD));
    List<String> queries = new ArrayList<>();
    for (JsonNode variable : dashboard.path("templating").path("list")) {
      queries.add(variable.path("definition").asText());
    }
    for (JsonNode panel : dashboard.path("panels")) {
      panel.path("targets").forEach(target -> queries.add(target.path("expr").asText()));
    }
    return queries;
  }

  private static List<String> alerts() throws Exception {
    Object rules =
        new Load(LoadSettings.builder().build()).loadFromString(Files.readString(ALERTS));
    JsonNode groups = new JsonMapper().valueToTree(rules).path("groups");
    List<String> expressions = new ArrayList<>();
    for (JsonNode group : groups) {
      group.path("rules").forEach(rule -> expressions.add(rule.path("expr").asText()));
    }
    return expressions;
  }

  /**
   * The names in what a Larder says that has all that can be configured, and a limited upstream.
   */
  private Set<String> exposed() throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start();
        Console console =
            new Console(
                LogFormat.TEXT, new PrintWriter(new StringWriter()), InstantSource.system());
        HttpClient client = HttpClient.newHttpClient()) {
      upstream.fail(
          _ -> true,
          new Fault.Status(
              429,
              Map.of("ratelimit-limit", "100;w=21600", "ratelimit-remaining", "76;w=21600"),
              ""));
      try (Larder larder = Larder.start(configuration(upstream), Map.of(), console)) {
        String url = "http://127.0.0.1:" + larder.addresses().getFirst().getPort();
        var _ = text(client, url + "/v2/quay.io/org/app/manifests/1");
        return text(client, url + "/metrics")
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.replaceFirst("[{ ].*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
      }
    }
  }

  private static String text(HttpClient client, String url) throws Exception {
    return client
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }

  private Configuration configuration(FakeUpstream upstream) {
    UpstreamEntry entry =
        new UpstreamEntry(
            true,
            Optional.of(upstream.url()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    EndpointSettings endpoint =
        new EndpointSettings(
            "listener",
            URI.create("http://127.0.0.1:1/"),
            Headers.none(),
            Duration.ofSeconds(1),
            1,
            Duration.ofSeconds(1),
            Set.of(),
            Set.of());
    return new Configuration(
        List.of(new ListenAddress("127.0.0.1", 0, Optional.empty())),
        folder,
        List.of(),
        Map.of(new RegistryName("quay.io"), entry),
        false,
        false,
        false,
        true,
        Optional.empty(),
        AccessSettings.OPEN,
        Housekeeping.Schedule.DEFAULT,
        CacheLimits.DEFAULT.size(),
        LogSettings.usual(LogFormat.TEXT),
        new Telemetry(Optional.empty(), List.of(endpoint)),
        StandIn.NONE);
  }
}
