package dev.larder.cli;

import dev.larder.store.CacheLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that say where the store is, which all commands that need one share. */
final class StoreOptions {
  /** Where Larder listens unless it is told otherwise; its image has another default. */
  static final String DEFAULT_LISTEN = System.getProperty("larder.listen", "127.0.0.1:5000");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The folder of the store. Default: /var/lib/larder for root, else"
              + " $$XDG_DATA_HOME/larder.")
  private @Nullable Path data;

  @Option(names = "--config", paramLabel = "FILE", description = "The configuration file (YAML).")
  private @Nullable Path config;

  /** What follows from these flags, the file that they may name, and {@code environment}. */
  Configuration configuration(Map<String, String> environment) throws CommandException {
    return configuration(ServeFlags.NONE, environment);
  }

  /** As above; what {@code flags} say wins over the file. */
  Configuration configuration(ServeFlags flags, Map<String, String> environment)
      throws CommandException {
    ConfigurationFile file =
        config == null ? ConfigurationFile.NONE : ConfigurationFile.read(config);
    List<String> listen = file.listen().isEmpty() ? List.of(DEFAULT_LISTEN) : file.listen();
    return new Configuration(
        flags.listen().isEmpty() ? ListenAddress.parse(listen) : flags.listen(),
        Optional.ofNullable(data).or(file::data).orElseGet(() -> defaultData(environment)),
        Stream.concat(file.names().stream(), flags.names().stream()).toList(),
        file.upstreams(),
        file.otherUpstreams(),
        flags.overlays().or(file::overlays).orElse(false),
        flags.offline().or(file::offline).orElse(false),
        flags.passChallenges().or(file::passChallenges).orElse(true),
        flags.tls().or(file::tls),
        file.access().settings(flags.htpasswd()),
        file.housekeeping(),
        flags.cacheSize().or(file::cacheSize).orElseGet(CacheLimits.DEFAULT::size),
        LogSettings.usual(flags.logFormat().or(file::logFormat).orElse(LogFormat.TEXT)),
        file.telemetry(),
        StandIn.NONE);
  }

  /** Larder's own configuration file, if one is given. */
  Optional<Path> file() {
    return Optional.ofNullable(config);
  }

  /** The folder of the store, if a flag names it. */
  Optional<Path> folder() {
    return Optional.ofNullable(data);
  }

  /** Where the store is if nothing says so. */
  static Path defaultData(Map<String, String> environment) {
    if (System.getProperty("user.name").equals("root")) {
      return Path.of("/var/lib/larder");
    }
    String dataHome = environment.getOrDefault("XDG_DATA_HOME", "");
    return dataHome.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".local", "share", "larder")
        : Path.of(dataHome, "larder");
  }
}
