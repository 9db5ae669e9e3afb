package dev.larder.cli;

import dev.larder.console.ConsoleHandler;
import dev.larder.http.Tls;
import dev.larder.oci.RegistryName;
import dev.larder.store.CacheSize;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code larder serve}: serves until it is told to stop. */
@Command(
    name = "serve",
    description = "Serve images: pushed ones, and those of every upstream.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  /** Where registry:2 keeps its images, below its root directory. */
  private static final String DISTRIBUTION_STORAGE = "docker/registry/v2";

  @Option(
      names = "--listen",
      paramLabel = "ADDR[=UPSTREAM]",
      split = ",",
      description = {
        "Where to listen; can be given several times. Default: "
            + "${sys:larder.listen:-127.0.0.1:5000}.",
        "With an upstream (127.0.0.1:5001=docker.io), names without a registry mean that one,"
            + " as an Engine's registry-mirrors needs it."
      })
  private List<String> listen = new ArrayList<>();

  @Mixin private StoreOptions store = new StoreOptions();

  @Option(
      names = "--names",
      paramLabel = "HOST[:PORT]",
      split = ",",
      description =
          "Further names by which clients know this Larder; can be given several times. What they"
              + " call so is what was pushed here, and not an upstream's.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--htpasswd",
      paramLabel = "FILE",
      description =
          "Users and passwords (larder user). With it, pulls need no login, pushes and deletes do.")
  private @Nullable Path htpasswd;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "The certificate (PEM) to serve https with; a new one is taken up by itself.")
  private @Nullable Path tlsCert;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key (PEM).")
  private @Nullable Path tlsKey;

  @Option(
      names = "--overlays",
      arity = "0..1",
      fallbackValue = "true",
      description =
          "Take pushes to localhost:5000/docker.io/… as well: such an image comes before that of"
              + " the registry, for all who pull it through Larder.")
  private @Nullable Boolean overlays;

  @Option(
      names = "--offline",
      arity = "0..1",
      fallbackValue = "true",
      description =
          "Ask no upstream at all: serve what is here, however old, and say at once what isn't.")
  private @Nullable Boolean offline;

  @Option(
      names = "--cache-size",
      paramLabel = "SIZE",
      description =
          "How much of what is mirrored stays: bytes (20GB) or a share of the disk (60%%). What was"
              + " used least recently goes first. Default: as much as is left free.")
  private @Nullable String cacheSize;

  @Option(
      names = "--pass-challenges",
      arity = "0..1",
      fallbackValue = "true",
      description =
          "Let containerd meet the challenges of registries with the pods' own pull secrets, where"
              + " Larder has no credential: yes, unless this is false.")
  private @Nullable Boolean passChallenges;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "How to log: ${COMPLETION-CANDIDATES}. Default: text.")
  private @Nullable LogFormat logFormat;

  @Parameters(
      arity = "0..1",
      paramLabel = "CONFIG.yml",
      description = {
        "A configuration of registry:2, in whose place Larder is to serve; its REGISTRY_…"
            + " variables count too, with and without a file. What Larder doesn't do of it is"
            + " named in a warning."
      })
  private @Nullable Path distributionConfig;

  @Spec private CommandSpec spec = CommandSpec.create();

  private ServeCommand() {}

  @Override
  public Integer call() throws CommandException, InterruptedException {
    Map<String, String> environment = System.getenv();
    Configuration configuration = configuration(environment);
    Logging.configure(configuration.log().format());
    System.Logger log = System.getLogger("dev.larder.cli");
    configuration
        .standIn()
        .warnings()
        .forEach(warning -> log.log(System.Logger.Level.WARNING, warning));
    Logging.level(configuration.log().level());
    Console console =
        new Console(
            configuration.log().format(), spec.commandLine().getOut(), InstantSource.system());
    Larder larder;
    try {
      larder = Larder.start(configuration, environment, console);
    } catch (CommandException e) {
      console.close();
      throw e;
    }
    greet(configuration, larder, console);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(larder, console), "stop"));
    new CountDownLatch(1).await();
    return 0;
  }

  private static void greet(Configuration configuration, Larder larder, Console console) {
    console.say("Larder %s, store in %s".formatted(Version.current(), configuration.data()));
    for (int i = 0; i < configuration.listen().size(); i++) {
      InetSocketAddress address = larder.addresses().get(i);
      Optional<RegistryName> upstream = configuration.listen().get(i).upstream();
      String url = scheme(configuration) + hostAndPort(address);
      console.say(
          upstream
              .map(name -> "Serving at %s, for %s".formatted(url, name))
              .orElse("Serving at " + url));
    }
    configuration
        .telemetry()
        .metrics()
        .ifPresent(
            _ ->
                console.say(
                    "Metrics at http://%s%s"
                        .formatted(
                            hostAndPort(larder.addresses().getLast()), ConsoleHandler.METRICS)));
    configuration
        .standIn()
        .debug()
        .ifPresent(
            _ ->
                console.say(
                    "Health at http://%s%s"
                        .formatted(
                            hostAndPort(larder.addresses().getLast()),
                            ConsoleHandler.DEBUG_HEALTH)));
    if (configuration.offline()) {
      console.say("Offline: no upstream is asked. What is here is served, and nothing else.");
    }
    Path beside = configuration.data().toAbsolutePath().resolveSibling(DISTRIBUTION_STORAGE);
    if (Files.isDirectory(beside)) {
      console.say(
          "What registry:2 has in %s isn't served; larder import takes it over.".formatted(beside));
    }
    int port = larder.addresses().getFirst().getPort();
    console.say(
        "Pull through it:  docker pull localhost:%d/docker.io/library/busybox".formatted(port));
    console.say("Push beside it:   docker push localhost:%d/app".formatted(port));
    console.say("Point clusters and other clients at it: docs/clients.md");
  }

  /** How the address of a listener begins. */
  static String scheme(Configuration configuration) {
    return configuration.tls().isPresent() ? "https://" : "http://";
  }

  /** An address as it is written in URLs. */
  static String hostAndPort(InetSocketAddress address) {
    String host =
        address.getAddress().isAnyLocalAddress()
            ? "localhost"
            : address.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  private static void stop(Larder larder, Console console) {
    console.say("Stopping: transfers in progress may end, nothing new is accepted.");
    larder.close();
    console.say("Stopped.");
    console.close();
  }

  private Configuration configuration(Map<String, String> environment) throws CommandException {
    ServeFlags flags =
        new ServeFlags(
            ListenAddress.parse(listen),
            ownNames(),
            Optional.ofNullable(logFormat),
            tls(),
            Optional.ofNullable(htpasswd),
            Optional.ofNullable(overlays),
            Optional.ofNullable(offline),
            cacheSize(),
            Optional.ofNullable(passChallenges));
    Optional<Path> distribution =
        Optional.ofNullable(distributionConfig)
            .or(() -> DistributionSettings.fileFrom(environment));
    List<String> variables = DistributionSettings.variables(environment);
    if (store.file().isPresent() && distributionConfig != null) {
      throw CommandException.usage(
          "%s and --config %s: give one of the two"
              .formatted(distributionConfig, store.file().get()));
    }
    if (store.file().isPresent() || (distribution.isEmpty() && variables.isEmpty())) {
      return store
          .configuration(flags, environment)
          .with(
              variables.stream()
                  .map(name -> name + " doesn't count beside --config or LARDER_CONFIG")
                  .toList());
    }
    if (flags.overlays().orElse(false)) {
      throw CommandException.usage(
          "--overlays doesn't go with a configuration of registry:2: there, what was pushed comes"
              + " first anyway");
    }
    return DistributionConfiguration.of(DistributionSettings.read(distribution, environment))
        .with(flags, store.folder());
  }

  private Optional<CacheSize> cacheSize() throws CommandException {
    Optional<CacheSize> size = Optional.ofNullable(cacheSize).flatMap(CacheSizes::parse);
    if (cacheSize != null && size.isEmpty()) {
      throw CommandException.usage(
          "--cache-size is %s, not %s".formatted(CacheSizes.FORM, cacheSize));
    }
    return size;
  }

  private List<RegistryName> ownNames() throws CommandException {
    List<RegistryName> parsed = new ArrayList<>();
    for (String name : names) {
      parsed.add(
          RegistryName.parse(name)
              .orElseThrow(
                  () ->
                      CommandException.usage(
                          "--names: \"%s\" is not HOST or HOST:PORT".formatted(name))));
    }
    return parsed;
  }

  private Optional<Tls> tls() throws CommandException {
    if (tlsCert != null && tlsKey != null) {
      return Optional.of(new Tls(tlsCert, tlsKey));
    }
    if (tlsCert != null || tlsKey != null) {
      throw CommandException.usage("--tls-cert and --tls-key go together");
    }
    return Optional.empty();
  }
}
