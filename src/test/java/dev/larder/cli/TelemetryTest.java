package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.http.Headers;
import dev.larder.notify.EndpointSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TelemetryTest {
  @TempDir Path folder;

  private Telemetry read(String text) throws Exception {
    Path file = folder.resolve("larder.yaml");
    Files.writeString(file, text);
    return ConfigurationFile.read(file).telemetry();
  }

  @Test
  void whereNothingIsSaidNobodyIsTold() throws Exception {
    assertThat(read("data: /a")).isEqualTo(Telemetry.NONE);
  }

  @Test
  void endpointsAreWrittenAsForRegistryTwo() throws Exception {
    Telemetry telemetry =
        read(
            """
            metrics: { listen: "127.0.0.1:9000" }
            notifications:
              endpoints:
                - name: ci
                  url: https://ci.example/events
                  headers: { Authorization: [Bearer x], X-A: b }
                  timeout: 500ms
                  threshold: 5
                  backoff: 1m
                  ignoredmediatypes: [application/octet-stream]
                  ignore: { mediatypes: [text/plain], actions: [pull] }
                - { name: off, url: http://a, disabled: true }
                - { name: plain, url: http://b }
            """);

    assertThat(telemetry.metrics())
        .contains(new ListenAddress("127.0.0.1", 9000, Optional.empty()));
    assertThat(telemetry.endpoints())
        .extracting(EndpointSettings::name)
        .containsExactly("ci", "plain");
    EndpointSettings ci = telemetry.endpoints().getFirst();
    assertThat(ci.headers().first("Authorization")).contains("Bearer x");
    assertThat(ci.headers().first("X-A")).contains("b");
    assertThat(List.of(ci.url(), ci.timeout(), ci.threshold(), ci.backoff(), ci.ignoredActions()))
        .isEqualTo(
            List.of(
                URI.create("https://ci.example/events"),
                Duration.ofMillis(500),
                5,
                Duration.ofMinutes(1),
                Set.of("pull")));
    assertThat(ci.ignoredMediaTypes())
        .containsExactlyInAnyOrder("application/octet-stream", "text/plain");
    assertThat(telemetry.endpoints().getLast())
        .isEqualTo(
            new EndpointSettings(
                "plain",
                URI.create("http://b"),
                Headers.none(),
                Duration.ofSeconds(1),
                10,
                Duration.ofSeconds(1),
                Set.of(),
                Set.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "metrics: { port: 1 } | unknown key",
        "metrics: { listen: '1' } | cannot listen",
        "metrics: { listen: ':1=docker.io' } | leave out the upstream",
        "notifications: { endpoints: [{ url: http://a }] } | needs a name",
        "notifications: { endpoints: [{ name: a }] } | http://",
        "notifications: { endpoints: [{ name: a, url: 'ftp://u:p@b' }] } | http://",
        "notifications: { endpoints: [{ name: a, url: http://b, timeout: 0s }] } | timeout is",
        "notifications: { endpoints: [{ name: a, url: http://b, threshold: 0 }] } | threshold is",
        "notifications: { endpoints: [{ name: a, url: http://b, headers: { Host: x } }] } | Host",
        "notifications: { endpoints: [{ name: a, url: http://b }, { name: a, url: http://c }] } |"
            + " another",
      })
  void whatIsWrongIsSaid(String text, String reason) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining(reason)
        .hasMessageNotContaining("u:p");
  }
}
