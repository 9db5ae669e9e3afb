package dev.larder.cli;

import dev.larder.http.Headers;
import dev.larder.notify.EndpointSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * To whom a Larder tells what it does.
 *
 * @param metrics where to listen for who wants metrics and nothing else; without, they are where
 *     images are
 * @param endpoints who is notified of events
 */
record Telemetry(Optional<ListenAddress> metrics, List<EndpointSettings> endpoints) {
  /** What stands where nothing is said. */
  static final Telemetry NONE = new Telemetry(Optional.empty(), List.of());

  /**
   * Reads {@code metrics} and {@code notifications} of the configuration file.
   *
   * @throws CommandException if something in them is wrong; the message names the line
   */
  static Telemetry of(YamlMapping root) throws CommandException {
    YamlMapping metrics = root.mapping("metrics");
    metrics.allowOnly(List.of("listen"));
    Optional<String> text = metrics.text("listen");
    Optional<ListenAddress> listen = Optional.empty();
    if (text.isPresent()) {
      listen = Optional.of(ListenAddress.parse(text.get()));
      if (listen.get().upstream().isPresent()) {
        throw metrics.error(
            "listen", "there are no images where metrics are: leave out the upstream");
      }
    }
    YamlMapping notifications = root.mapping("notifications");
    notifications.allowOnly(List.of("endpoints"));
    List<EndpointSettings> endpoints = new ArrayList<>();
    for (YamlMapping entry : notifications.mappings("endpoints")) {
      EndpointSettings endpoint = endpoint(entry);
      if (endpoints.stream().anyMatch(other -> other.name().equals(endpoint.name()))) {
        throw entry.error("name", "there is another endpoint \"%s\"".formatted(endpoint.name()));
      }
      if (!entry.flag("disabled").orElse(false)) {
        endpoints.add(endpoint);
      }
    }
    return new Telemetry(listen, endpoints);
  }

  private static EndpointSettings endpoint(YamlMapping entry) throws CommandException {
    entry.allowOnly(
        List.of(
            "name",
            "disabled",
            "url",
            "headers",
            "timeout",
            "threshold",
            "backoff",
            "ignoredmediatypes",
            "ignore"));
    String name = entry.text("name").filter(text -> !text.isBlank()).orElse("");
    if (name.isEmpty()) {
      throw entry.error("name", "an endpoint of notifications needs a name");
    }
    URI url =
        entry
            .text("url")
            .flatMap(Telemetry::url)
            .orElseThrow(
                () -> entry.error("url", "the url of an endpoint is http://… or https://…"));
    YamlMapping ignore = entry.mapping("ignore");
    ignore.allowOnly(List.of("mediatypes", "actions"));
    List<String> mediaTypes = new ArrayList<>(entry.texts("ignoredmediatypes"));
    mediaTypes.addAll(ignore.texts("mediatypes"));
    try {
      return new EndpointSettings(
          name,
          url,
          headers(entry.mapping("headers")),
          duration(entry, "timeout").orElse(EndpointSettings.USUAL_TIMEOUT),
          threshold(entry),
          duration(entry, "backoff").orElse(EndpointSettings.USUAL_BACKOFF),
          Set.copyOf(mediaTypes),
          Set.copyOf(ignore.texts("actions")));
    } catch (IllegalArgumentException e) {
      throw entry.error("headers", String.valueOf(e.getMessage()));
    }
  }

  /** Reads a URL; empty if notifications can't be posted there. */
  static Optional<URI> url(String text) {
    try {
      URI url = new URI(text);
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      return http && url.getHost() != null ? Optional.of(url) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty(); // without its words, which may have a password in them
    }
  }

  private static Headers headers(YamlMapping fields) throws CommandException {
    Headers headers = Headers.none();
    for (String name : fields.keys()) {
      for (String value : fields.texts(name)) {
        headers = headers.with(name, value);
      }
    }
    return headers;
  }

  private static Optional<Duration> duration(YamlMapping entry, String key)
      throws CommandException {
    Optional<String> text = entry.text(key);
    Optional<Duration> duration = text.flatMap(Durations::parse).filter(time -> !time.isZero());
    if (text.isPresent() && duration.isEmpty()) {
      throw entry.error(key, key + " is a time like 500ms, 1s or 1m");
    }
    return duration;
  }

  private static int threshold(YamlMapping entry) throws CommandException {
    Optional<String> text = entry.text("threshold");
    if (text.filter(number -> !number.matches("[1-9][0-9]{0,8}")).isPresent()) {
      throw entry.error("threshold", "threshold is a number of failures, 1 or more");
    }
    return text.map(Integer::parseInt).orElse(EndpointSettings.USUAL_THRESHOLD);
  }
}
