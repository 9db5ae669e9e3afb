package dev.larder.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that say where the store is, which all commands that need one share. */
final class StoreOptions {
  static final String DEFAULT_LISTEN = "127.0.0.1:5000";

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
    return configuration(List.of(), Optional.empty(), environment);
  }

  /** As above; {@code listen} and {@code logFormat} win over the file where they say something. */
  Configuration configuration(
      List<String> listen, Optional<LogFormat> logFormat, Map<String, String> environment)
      throws CommandException {
    ConfigurationFile file =
        config == null ? ConfigurationFile.NONE : ConfigurationFile.read(config);
    List<String> addresses = !listen.isEmpty() ? listen : file.listen();
    List<ListenAddress> parsed = new ArrayList<>();
    for (String address : addresses.isEmpty() ? List.of(DEFAULT_LISTEN) : addresses) {
      parsed.add(ListenAddress.parse(address));
    }
    return new Configuration(
        parsed,
        Optional.ofNullable(data).or(file::data).orElseGet(() -> defaultData(environment)),
        file.names(),
        file.upstreams(),
        file.otherUpstreams(),
        file.housekeeping(),
        logFormat.or(file::logFormat).orElse(LogFormat.TEXT));
  }

  private static Path defaultData(Map<String, String> environment) {
    if (System.getProperty("user.name").equals("root")) {
      return Path.of("/var/lib/larder");
    }
    String dataHome = environment.getOrDefault("XDG_DATA_HOME", "");
    return dataHome.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".local", "share", "larder")
        : Path.of(dataHome, "larder");
  }
}
