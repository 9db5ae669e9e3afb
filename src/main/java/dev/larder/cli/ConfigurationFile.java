package dev.larder.cli;

import dev.larder.http.Tls;
import dev.larder.mirror.Freshness;
import dev.larder.oci.RegistryName;
import dev.larder.store.CacheSize;
import dev.larder.store.Housekeeping.Schedule;
import dev.larder.upstream.UpstreamSettings.Login;
import dev.larder.upstream.UpstreamSettings.PasswordFileLogin;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the configuration file says; docs/configuration.md describes its form.
 *
 * @param listen where to listen; empty if it doesn't say
 * @param data the folder of the store
 * @param names further names of our own
 * @param logFormat how to log
 * @param overlays whether images may be pushed over what is mirrored
 * @param offline whether no upstream is asked
 * @param passChallenges whether clients meet upstreams' challenges with secrets of their own
 * @param tls the listeners' certificate
 * @param access who may do what
 * @param upstreams the upstreams that it names
 * @param otherUpstreams whether those that it doesn't name may be mirrored
 * @param housekeeping when what is collected and verified
 * @param telemetry to whom to tell what happens
 * @param cacheSize how much of what is mirrored stays
 */
record ConfigurationFile(
    List<String> listen,
    Optional<Path> data,
    List<RegistryName> names,
    Optional<LogFormat> logFormat,
    Optional<Boolean> overlays,
    Optional<Boolean> offline,
    Optional<Boolean> passChallenges,
    Optional<Tls> tls,
    AccessEntry access,
    Map<RegistryName, UpstreamEntry> upstreams,
    boolean otherUpstreams,
    Schedule housekeeping,
    Telemetry telemetry,
    Optional<CacheSize> cacheSize) {

  /** What stands where no file is given. */
  static final ConfigurationFile NONE =
      new ConfigurationFile(
          List.of(),
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          AccessEntry.NONE,
          Map.of(),
          true,
          Schedule.DEFAULT,
          Telemetry.NONE,
          Optional.empty());

  private static final String OTHERS = "*";
  private static final String FOREVER = "forever";

  /**
   * An upstream's entry.
   *
   * @param allow whether it may be mirrored at all
   * @param url where it is, if not where its name says
   * @param freshFor how long an answer of it isn't asked for again
   * @param negativeFor the same for what it hasn't got
   * @param staleFor for how long its last answer is given again while it gives no other; zero never
   * @param keepFor for how long what it has sent stays while nobody uses it
   * @param caFile certificates to trust beside the system's
   * @param login its user and password
   */
  record UpstreamEntry(
      boolean allow,
      Optional<URI> url,
      Optional<Duration> freshFor,
      Optional<Duration> negativeFor,
      Optional<Duration> staleFor,
      Optional<Duration> keepFor,
      Optional<Path> caFile,
      Optional<Login> login) {

    /** How long what it says counts; {@code usual} where nothing else is said. */
    Freshness freshness(Freshness usual) {
      return new Freshness(
          freshFor.orElse(usual.foundFor()),
          negativeFor.orElse(usual.absentFor()),
          staleFor.or(usual::staleFor));
    }
  }

  /**
   * Reads a file.
   *
   * @throws CommandException if it can't be read or something in it is wrong; the message names the
   *     line
   */
  static ConfigurationFile read(Path file) throws CommandException {
    YamlMapping root = YamlMapping.read(file);
    if (root.keys().contains("version")) {
      throw root.error(
          "version",
          "this is a configuration of registry:2; Larder takes it without --config: larder serve "
              + file);
    }
    root.allowOnly(
        List.of(
            "listen",
            "data",
            "names",
            "log-format",
            "overlays",
            "offline",
            "pass-challenges",
            "tls",
            "auth",
            "upstreams",
            "collect-every",
            "collect-after",
            "verify-every",
            "metrics",
            "notifications",
            "cache-size"));
    YamlMapping upstreams = root.mapping("upstreams");
    Map<RegistryName, UpstreamEntry> entries = new LinkedHashMap<>();
    boolean others = true;
    for (String key : upstreams.keys()) {
      YamlMapping entry = upstreams.mapping(key);
      if (key.equals(OTHERS)) {
        entry.allowOnly(List.of("allow"));
        others = entry.flag("allow").orElse(true);
      } else if (entries.put(registry(upstreams, key), upstream(entry)) != null) {
        throw upstreams.error(key, "\"%s\" is another name of an upstream above".formatted(key));
      }
    }
    return new ConfigurationFile(
        root.texts("listen"),
        root.text("data").map(Path::of),
        names(root),
        logFormat(root),
        root.flag("overlays"),
        root.flag("offline"),
        root.flag("pass-challenges"),
        tls(root.mapping("tls")),
        AccessEntry.of(root.mapping("auth")),
        entries,
        others,
        housekeeping(root),
        Telemetry.of(root),
        cacheSize(root));
  }

  private static Optional<Tls> tls(YamlMapping tls) throws CommandException {
    tls.allowOnly(List.of("cert-file", "key-file"));
    Optional<Path> certificate = tls.text("cert-file").map(Path::of);
    Optional<Path> key = tls.text("key-file").map(Path::of);
    if (certificate.isPresent() != key.isPresent()) {
      throw tls.error(
          certificate.isPresent() ? "cert-file" : "key-file", "cert-file and key-file go together");
    }
    return certificate.map(file -> new Tls(file, key.orElseThrow()));
  }

  private static UpstreamEntry upstream(YamlMapping entry) throws CommandException {
    entry.allowOnly(
        List.of(
            "allow",
            "url",
            "fresh-for",
            "negative-for",
            "stale-for",
            "keep-for",
            "ca-file",
            "username",
            "password-file"));
    Optional<String> username = entry.text("username");
    Optional<Path> passwordFile = entry.text("password-file").map(Path::of);
    if (username.isPresent() != passwordFile.isPresent()) {
      throw entry.error(
          username.isPresent() ? "username" : "password-file",
          "username and password-file go together");
    }
    return new UpstreamEntry(
        entry.flag("allow").orElse(true),
        url(entry),
        duration(entry, "fresh-for"),
        duration(entry, "negative-for"),
        staleFor(entry),
        keepFor(entry),
        entry.text("ca-file").map(Path::of),
        username.flatMap(user -> passwordFile.map(file -> new PasswordFileLogin(user, file))));
  }

  private static Optional<URI> url(YamlMapping entry) throws CommandException {
    Optional<String> text = entry.text("url");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI url = new URI(text.get());
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http
          && url.getHost() != null
          && url.getRawUserInfo() == null
          && url.getRawQuery() == null) {
        return Optional.of(url);
      }
    } catch (URISyntaxException e) {
      // told below, in the words of the file
    }
    throw entry.error("url", "url is http://HOST or https://HOST, with :PORT and /PATH if needed");
  }

  private static Optional<Duration> duration(YamlMapping mapping, String key)
      throws CommandException {
    Optional<String> text = mapping.text(key);
    Optional<Duration> duration = text.flatMap(Durations::parse);
    if (text.isPresent() && duration.isEmpty()) {
      throw mapping.error(key, key + " is a time like 30s, 5m, 12h or 7d");
    }
    return duration;
  }

  /** {@code forever} is what holds where nothing is said. */
  private static Optional<Duration> staleFor(YamlMapping entry) throws CommandException {
    Optional<String> text = entry.text("stale-for").filter(value -> !value.equals(FOREVER));
    Optional<Duration> duration = text.flatMap(Durations::parse);
    if (text.isPresent() && duration.isEmpty()) {
      throw entry.error("stale-for", "stale-for is a time like 12h or 7d, or " + FOREVER);
    }
    return duration;
  }

  private static Optional<Duration> keepFor(YamlMapping entry) throws CommandException {
    Optional<Duration> time = duration(entry, "keep-for");
    if (time.filter(Duration::isZero).isPresent()) {
      throw entry.error("keep-for", "keep-for is longer than no time at all");
    }
    return time;
  }

  private static Optional<CacheSize> cacheSize(YamlMapping root) throws CommandException {
    Optional<String> text = root.text("cache-size");
    Optional<CacheSize> size = text.flatMap(CacheSizes::parse);
    if (text.isPresent() && size.isEmpty()) {
      throw root.error("cache-size", "cache-size is " + CacheSizes.FORM);
    }
    return size;
  }

  private static Schedule housekeeping(YamlMapping root) throws CommandException {
    Schedule usual = Schedule.DEFAULT;
    Duration collectEvery = duration(root, "collect-every").orElse(usual.collectEvery());
    if (collectEvery.isZero()) {
      throw root.error("collect-every", "collect-every is longer than no time at all");
    }
    boolean never = root.text("verify-every").filter("never"::equals).isPresent();
    Optional<Duration> verifyEvery =
        never ? Optional.empty() : duration(root, "verify-every").or(usual::verifyEvery);
    if (verifyEvery.filter(Duration::isZero).isPresent()) {
      throw root.error("verify-every", "verify-every is longer than no time at all, or never");
    }
    return new Schedule(
        collectEvery,
        duration(root, "collect-after").orElse(usual.collectAfter()),
        verifyEvery,
        usual.verifyBytesPerSecond());
  }

  private static List<RegistryName> names(YamlMapping root) throws CommandException {
    List<RegistryName> names = new ArrayList<>();
    for (String name : root.texts("names")) {
      names.add(
          RegistryName.parse(name)
              .orElseThrow(
                  () -> root.error("names", "\"%s\" is not HOST or HOST:PORT".formatted(name))));
    }
    return names;
  }

  private static RegistryName registry(YamlMapping upstreams, String key) throws CommandException {
    return RegistryName.parse(key)
        .orElseThrow(
            () ->
                upstreams.error(
                    key, "\"%s\" is not a registry: write HOST or HOST:PORT".formatted(key)));
  }

  private static Optional<LogFormat> logFormat(YamlMapping root) throws CommandException {
    Optional<String> text = root.text("log-format");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    for (LogFormat format : LogFormat.values()) {
      if (format.toString().equals(text.get())) {
        return Optional.of(format);
      }
    }
    throw root.error("log-format", "log-format is text or json");
  }
}
