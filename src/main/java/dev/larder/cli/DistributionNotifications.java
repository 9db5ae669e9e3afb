package dev.larder.cli;

import dev.larder.cli.DistributionSettings.Setting;
import dev.larder.http.Headers;
import dev.larder.notify.EndpointSettings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code notifications.endpoints} of a configuration of {@code registry:2}. */
final class DistributionNotifications {
  private static final String SECTION = "notifications.endpoints";

  /** As Go writes a time: {@code 1m30s}, {@code 1.5s}; a number alone is of nanoseconds. */
  private static final Pattern TIME_PART =
      Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)(ns|us|µs|ms|s|m|h|$)");

  private static final Pattern TIME = Pattern.compile("(?:" + TIME_PART.pattern() + ")+");

  private final DistributionSettings settings;

  DistributionNotifications(DistributionSettings settings) {
    this.settings = settings;
  }

  /**
   * Those that aren't disabled.
   *
   * @throws CommandException if a setting is wrong; the message names it
   */
  List<EndpointSettings> endpoints() throws CommandException {
    List<EndpointSettings> endpoints = new ArrayList<>();
    for (int i = 0; !settings.below(SECTION + "." + i).isEmpty(); i++) {
      String path = SECTION + "." + i;
      boolean disabled = settings.flag(path + ".disabled");
      List<Setting> all = settings.below(path);
      Optional<EndpointSettings> endpoint = endpoint(path, all.getFirst());
      endpoint.filter(_ -> !disabled).ifPresent(endpoints::add);
    }
    settings.take(SECTION);
    return endpoints;
  }

  private Optional<EndpointSettings> endpoint(String path, Setting first) throws CommandException {
    Optional<Setting> name = settings.take(path + ".name");
    Optional<Setting> url = settings.take(path + ".url");
    Duration timeout = duration(path + ".timeout").orElse(EndpointSettings.USUAL_TIMEOUT);
    Duration backoff = duration(path + ".backoff").orElse(EndpointSettings.USUAL_BACKOFF);
    int threshold = threshold(path + ".threshold");
    Headers headers = headers(path + ".headers");
    Set<String> mediaTypes = texts(path + ".ignoredmediatypes");
    mediaTypes.addAll(texts(path + ".ignore.mediatypes"));
    Set<String> actions = texts(path + ".ignore.actions");
    if (url.isEmpty()) {
      throw first.error("belongs to an endpoint of notifications that has no url");
    }
    URI address =
        Telemetry.url(url.get().value())
            .orElseThrow(() -> url.get().error("is http://… or https://…"));
    try {
      return Optional.of(
          new EndpointSettings(
              name.map(Setting::value).orElse(address.getHost()),
              address,
              headers,
              timeout,
              threshold,
              backoff,
              mediaTypes,
              actions));
    } catch (IllegalArgumentException e) {
      throw url.get().error("belongs to an endpoint that can't be used: " + e.getMessage());
    }
  }

  private Headers headers(String path) {
    Headers headers = Headers.none();
    for (Setting setting : settings.takeAll(path)) {
      if (!setting.path().equals(path)) {
        String field = setting.path().substring(path.length() + 1).replaceFirst("\\.[0-9]+$", "");
        headers = headers.with(field, setting.value());
      }
    }
    return headers;
  }

  private Set<String> texts(String path) {
    Set<String> texts = new HashSet<>();
    settings.takeAll(path).forEach(setting -> texts.add(setting.value()));
    texts.remove("");
    return texts;
  }

  private int threshold(String path) throws CommandException {
    Optional<Setting> setting = settings.take(path);
    if (setting.isEmpty()) {
      return EndpointSettings.USUAL_THRESHOLD;
    }
    if (!setting.get().value().matches("[0-9]{1,9}")) {
      throw setting.get().error("is a number");
    }
    int number = Integer.parseInt(setting.get().value());
    return number == 0 ? EndpointSettings.USUAL_THRESHOLD : number;
  }

  private Optional<Duration> duration(String path) throws CommandException {
    Optional<Setting> setting = settings.take(path);
    if (setting.isEmpty()) {
      return Optional.empty();
    }
    if (!TIME.matcher(setting.get().value()).matches()) {
      throw setting.get().error("is a time like 500ms, 1s or 1m30s");
    }
    double nanos = 0;
    for (Matcher part = TIME_PART.matcher(setting.get().value()); part.find(); ) {
      nanos += Double.parseDouble(part.group(1)) * nanos(part.group(2));
    }
    return Optional.of(Duration.ofNanos((long) nanos)).filter(time -> !time.isZero());
  }

  private static double nanos(String unit) {
    return switch (unit) {
      case "us", "µs" -> 1e3;
      case "ms" -> 1e6;
      case "s" -> 1e9;
      case "m" -> 60e9;
      case "h" -> 3600e9;
      default -> 1;
    };
  }
}
