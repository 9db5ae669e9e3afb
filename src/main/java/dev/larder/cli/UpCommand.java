package dev.larder.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.deploy.DeployException;
import dev.larder.deploy.Deployment;
import dev.larder.deploy.EngineSocket;
import dev.larder.deploy.HostUp;
import dev.larder.deploy.ImageBuild;
import dev.larder.deploy.KindNetwork;
import dev.larder.deploy.Readiness;
import dev.larder.deploy.Settings;
import dev.larder.deploy.Storage;
import dev.larder.deploy.Up;
import dev.larder.engine.Engine;
import dev.larder.engine.Image;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code larder up}: has Larder run for the clusters of a container engine. */
@Command(
    name = "up",
    description = {
      "Run Larder for the clusters on this machine: a container on their network, published at"
          + " localhost:"
          + Settings.DEFAULT_PORT
          + ", with a volume that outlives them, and a second container that wires new nodes.",
      "",
      "What is as it should be is left alone; with other flags, the containers are made anew on the"
          + " same volume. larder down removes them."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class UpCommand implements Callable<Integer> {
  private static final int MAX_PORT = 65535;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port of 127.0.0.1 that leads to it. Default: ${DEFAULT-VALUE}.",
      defaultValue = "" + Settings.DEFAULT_PORT)
  private int port = Settings.DEFAULT_PORT;

  @Option(
      names = "--data",
      paramLabel = "VOLUME|DIR",
      description =
          "What keeps the images: a volume of the engine, or a folder (with a / in it). Default: a"
              + " volume of the container's name.")
  private @Nullable String data;

  @Option(
      names = "--config",
      paramLabel = "FILE|DIR",
      description = {
        "The configuration file (YAML), which is copied into the container.",
        "Of a folder, each file is, to /etc/larder, and "
            + Settings.CONFIGURATION
            + " is the configuration."
      })
  private @Nullable Path config;

  @Option(
      names = "--no-watch",
      fallbackValue = "true",
      description =
          "Leave new nodes alone. Else a container that has the engine's socket, and no port, wires"
              + " them as they start.")
  private boolean noWatch;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The container's name. Default: ${DEFAULT-VALUE}.",
      defaultValue = Deployment.NAME)
  private String name = Deployment.NAME;

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      description =
          "Larder's image. Default: larder:VERSION, which is built if it isn't there (larder"
              + " image).")
  private @Nullable String image;

  @Option(
      names = "--host",
      fallbackValue = "true",
      description = {
        "Run a process of this machine instead, which nodes reach by their network's gateway.",
        "--data is its folder then, and new nodes are left alone."
      })
  private boolean host;

  @Mixin private OutputOptions output = new OutputOptions();

  private UpCommand() {}

  @Override
  public Integer call() throws CommandException, InterruptedException {
    if (port < 1 || port > MAX_PORT) {
      throw CommandException.usage("--port is a number from 1 to 65535, not " + port);
    }
    try (Engine engine = LocalEngine.connect()) {
      if (host) {
        print(new HostUp(engine, Readiness.usual(), this::progress).run(wantedOnHost(engine)));
      } else {
        Settings settings = settings(engine);
        String id = image(engine, settings.image()).id();
        print(settings, new Up(engine, Readiness.usual(), this::progress).run(settings, id));
      }
      return 0;
    } catch (IOException | DeployException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private Settings settings(Engine engine) throws IOException, CommandException {
    Map<String, byte[]> files = configurationFiles();
    return new Settings(
        name,
        Version.current(),
        Optional.ofNullable(image).orElse(ImageCommand.defaultTags().getFirst()),
        port,
        storage(engine),
        files,
        tls(),
        KindNetwork.name(engine, System.getenv()),
        !noWatch,
        EngineSocket.of(engine));
  }

  private Storage storage(Engine engine) throws IOException {
    if (data == null || data.indexOf('/') < 0) {
      return new Storage.Volume(data == null ? name : data);
    }
    Path folder = Path.of(data).toAbsolutePath().normalize();
    if (engine.local()) {
      Files.createDirectories(folder);
    }
    // To a rootless engine, its user is root.
    String owner =
        engine.info().rootless()
            ? "0:0"
            : Files.getAttribute(folder, "unix:uid") + ":" + Files.getAttribute(folder, "unix:gid");
    return new Storage.Folder(folder.toString(), owner);
  }

  private Optional<Path> configurationFile() {
    return Optional.ofNullable(config)
        .map(path -> Files.isDirectory(path) ? path.resolve(Settings.CONFIGURATION) : path);
  }

  private Map<String, byte[]> configurationFiles() throws IOException {
    if (config == null || !Files.isDirectory(config)) {
      return config == null ? Map.of() : Map.of(Settings.CONFIGURATION, Files.readAllBytes(config));
    }
    Map<String, byte[]> files = new HashMap<>();
    try (Stream<Path> entries = Files.list(config)) {
      for (Path file : entries.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  /** Reads the configuration too, so that what is wrong in it is said before anything is done. */
  private boolean tls() throws CommandException {
    Optional<Path> file = configurationFile();
    return file.isPresent() && ConfigurationFile.read(file.get()).tls().isPresent();
  }

  private Image image(Engine engine, String wanted)
      throws IOException, CommandException, InterruptedException {
    Optional<Image> there = engine.image(wanted);
    if (there.isPresent()) {
      return there.get();
    }
    if (image != null) {
      throw CommandException.failure(
          "%s has no image %s: pull it, or leave out --image".formatted(engine.name(), wanted));
    }
    progress("%s has no image %s yet: building it".formatted(engine.name(), wanted));
    return ImageCommand.build(
        new ImageBuild(Version.current(), ImageBuild.BASE, ImageCommand.defaultTags()),
        engine,
        output.err());
  }

  private HostUp.Wanted wantedOnHost(Engine engine) throws CommandException {
    Optional<String> volume = Optional.ofNullable(data).filter(text -> text.indexOf('/') < 0);
    if (volume.isPresent()) {
      throw CommandException.usage(
          "with --host, --data is a folder; write ./%s for one here".formatted(volume.get()));
    }
    Path folder =
        data == null ? StoreOptions.defaultData(System.getenv()) : Path.of(data).toAbsolutePath();
    return new HostUp.Wanted(
        Version.current(),
        folder.normalize(),
        port,
        configurationFile().map(Path::toAbsolutePath),
        tls(),
        KindNetwork.name(engine, System.getenv()));
  }

  private void progress(String change) {
    PrintWriter err = output.err();
    err.println(change);
    err.flush();
  }

  private void remarks(List<String> remarks) {
    remarks.forEach(remark -> progress("larder: " + remark));
  }

  private void print(Settings settings, Up.Result result) {
    remarks(result.remarks());
    switch (output.format()) {
      case TEXT -> {
        say(
            "Larder is up: localhost:%d (container %s, network %s)"
                .formatted(port, name, settings.network()));
        nextSteps(settings.watch(), "");
      }
      case JSON -> {
        ObjectNode json = json(result.changes());
        json.put("container", name).put("network", settings.network());
        result
            .deployment()
            .endpoint(settings.network())
            .flatMap(endpoint -> endpoint.address())
            .ifPresent(address -> json.put("address", address));
        json.put("data", settings.storage().mount().source()).put("image", settings.image());
        if (settings.watch()) {
          json.put("watcher", settings.watcher());
        }
        say(json.toString());
      }
    }
  }

  private void print(HostUp.Result result) {
    remarks(result.remarks());
    switch (output.format()) {
      case TEXT -> {
        say(
            "Larder is up: localhost:%d (process %d, listening at %s)"
                .formatted(port, result.process().pid(), String.join(", ", result.listen())));
        nextSteps(false, data == null ? "" : "LARDER_DATA=%s ".formatted(data));
      }
      case JSON -> {
        ObjectNode json = json(result.changes()).put("pid", result.process().pid());
        result.listen().forEach(json.putArray("listen")::add);
        say(json.toString());
      }
    }
  }

  private ObjectNode json(List<String> changes) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("registry", "localhost:" + port);
    changes.forEach(json.putArray("changes")::add);
    return json;
  }

  private void nextSteps(boolean watching, String variables) {
    say(
        watching
            ? "New clusters pull through it by themselves:  kind create cluster"
            : "Have clusters pull through it:  %slarder attach --all".formatted(variables));
    if (watching) {
      say("Those that run already, too.");
    }
    say("Push to it:                docker push localhost:%d/app".formatted(port));
    say("and in clusters as here:   image: localhost:%d/app".formatted(port));
  }

  private void say(String line) {
    PrintWriter out = output.out();
    out.println(line);
    out.flush();
  }
}
