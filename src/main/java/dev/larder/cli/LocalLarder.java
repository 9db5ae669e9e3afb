package dev.larder.cli;

import dev.larder.cluster.Reach;
import dev.larder.deploy.Deployment;
import dev.larder.deploy.HostProcess;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The Larder that serves this machine's clusters. */
final class LocalLarder {
  private LocalLarder() {}

  /** The one that {@code larder up --host} has started on this machine. */
  static Optional<HostProcess> process() throws CommandException {
    String data = System.getenv().getOrDefault("LARDER_DATA", "");
    Path folder = data.isEmpty() ? StoreOptions.defaultData(System.getenv()) : Path.of(data);
    try {
      return HostProcess.find(folder);
    } catch (IOException e) {
      throw CommandException.failure(
          "can't see whether Larder runs on %s: %s".formatted(folder, e.getMessage()));
    }
  }

  /**
   * How nodes reach it: by the URL that {@code --server} says; where it isn't given, the container
   * on the engine, or else the process.
   */
  static Reach reach(Engine engine, @Nullable URI url) throws CommandException, EngineException {
    if (url == null) {
      Optional<HostProcess> process =
          Deployment.find(engine).isPresent() ? Optional.empty() : process();
      return process
          .<Reach>map(found -> new Reach.Host(found.port()))
          .orElseGet(() -> new Reach.Own(engine));
    }
    if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
      throw CommandException.usage("--server is a URL like http://192.168.1.5:5000, not " + url);
    }
    return new Reach.Server(url);
  }
}
