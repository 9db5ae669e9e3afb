package dev.larder.cli;

import dev.larder.cli.DistributionSettings.Setting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What Larder says to those settings of {@code registry:2} that change nothing. */
final class UnsupportedSettings {
  /** Larder does by itself what these ask for, or has nothing that they could be for. */
  private static final List<String> NEEDLESS =
      List.of(
          "http.secret",
          "http.relativeurls",
          "http.http2",
          "storage.filesystem",
          "storage.cache",
          "storage.delete",
          "storage.redirect");

  /**
   * What Larder does in place of others, by the beginning of their paths, the longer ones first.
   */
  private static final Map<String, String> INSTEAD = new LinkedHashMap<>();

  static {
    INSTEAD.put("storage.filesystem.maxthreads", "reads and writes aren't limited in number");
    INSTEAD.put(
        "storage.maintenance.uploadpurging",
        "an upload that nobody has written to for an hour is dropped");
    INSTEAD.put("http.prefix", "the API is at /v2/");
    INSTEAD.put("http.draintimeout", "transfers in progress have 30 seconds to end");
    INSTEAD.put(
        "http.tls.letsencrypt",
        "certificates come from http.tls.certificate and http.tls.key; without these, it is plain"
            + " http");
    INSTEAD.put("http.tls.minimumtls", "TLS 1.2 and 1.3 are spoken");
    INSTEAD.put("http.tls.ciphersuites", "the usual ciphers of TLS 1.2 and 1.3 are spoken");
    INSTEAD.put("http.debug.prometheus", "metrics are at http.debug.addr, under /metrics or path");
    INSTEAD.put("log.accesslog", "it is on or off");
    INSTEAD.put("log.fields", "lines have Larder's own fields");
    INSTEAD.put("log.hooks", "nobody is told of what is logged");
    INSTEAD.put(
        "proxy.ttl",
        "what is mirrored stays until its room is needed; a tag is checked again after 30 seconds");
    INSTEAD.put("proxy", "nothing is mirrored without proxy.remoteurl, nor with other settings");
    INSTEAD.put("health", "a request that finds the store broken is answered with 500");
    INSTEAD.put("notifications.events", "events don't list what a manifest refers to");
    INSTEAD.put("notifications", "endpoints are notified, and nothing else is done");
    INSTEAD.put("redis", "what has to be at hand is in memory");
    INSTEAD.put("middleware", "there is none");
    INSTEAD.put("reporting", "failures are logged and sent nowhere");
    INSTEAD.put("catalog.maxentries", "a page of the catalog has up to 10000 entries");
    INSTEAD.put("compatibility.schema1", "manifests of schema 1 aren't taken");
    INSTEAD.put("validation", "links in manifests aren't judged");
    INSTEAD.put("policy", "repositories take every kind of content");
  }

  /** Off is how everything is that Larder hasn't got. */
  private static final Pattern OFF =
      Pattern.compile(
          ".*\\.enabled=(false|no|off|n)|.*\\.disabled?=(true|yes|on|y)|proxy\\.ttl=0[a-z]*");

  private UnsupportedSettings() {}

  /** A sentence for each that isn't needless, one alone for those of which the same is true. */
  static List<String> warnings(List<Setting> settings) {
    Set<String> named = new HashSet<>();
    List<String> warnings = new ArrayList<>();
    for (Setting setting : settings) {
      Optional<String> group = beginning(INSTEAD.keySet(), setting.path());
      boolean needless = group.isEmpty() && beginning(NEEDLESS, setting.path()).isPresent();
      if (needless || setting.value().isEmpty() || isOff(setting)) {
        continue;
      }
      String name = group.orElse(setting.path());
      if (named.add(name)) {
        String instead = group.map(INSTEAD::get).orElse("Larder has no such setting");
        warnings.add("%s: %s isn't supported: %s".formatted(setting.place(), name, instead));
      }
    }
    return warnings;
  }

  private static Optional<String> beginning(Iterable<String> beginnings, String path) {
    for (String beginning : beginnings) {
      if (path.equals(beginning) || path.startsWith(beginning + ".")) {
        return Optional.of(beginning);
      }
    }
    return Optional.empty();
  }

  private static boolean isOff(Setting setting) {
    boolean purging = setting.path().startsWith("storage.maintenance.uploadpurging");
    return !purging
        && OFF.matcher(setting.path() + "=" + setting.value().toLowerCase(Locale.ROOT)).matches();
  }
}
