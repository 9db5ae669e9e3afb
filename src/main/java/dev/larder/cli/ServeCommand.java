package dev.larder.cli;

import dev.larder.http.Tls;
import dev.larder.oci.RegistryName;
import java.net.InetSocketAddress;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code larder serve}: serves until it is told to stop. */
@Command(
    name = "serve",
    description = "Serve images: pushed ones, and those of every upstream.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  private static final String DEFAULT_LISTEN = "127.0.0.1:5000";

  @Option(
      names = "--listen",
      paramLabel = "ADDR[=UPSTREAM]",
      split = ",",
      description = {
        "Where to listen; can be given several times. Default: " + DEFAULT_LISTEN + ".",
        "With an upstream (127.0.0.1:5001=docker.io), names without a registry mean that one,"
            + " as an Engine's registry-mirrors needs it."
      })
  private List<String> listen = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The folder of the store. Default: /var/lib/larder for root, else"
              + " $$XDG_DATA_HOME/larder.")
  private @Nullable Path data;

  @Option(names = "--config", paramLabel = "FILE", description = "The configuration file (YAML).")
  private @Nullable Path config;

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
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "How to log: ${COMPLETION-CANDIDATES}. Default: text.")
  private @Nullable LogFormat logFormat;

  @Spec private CommandSpec spec = CommandSpec.create();

  private ServeCommand() {}

  @Override
  public Integer call() throws CommandException, InterruptedException {
    Map<String, String> environment = System.getenv();
    Configuration configuration = configuration(environment);
    Logging.configure(configuration.logFormat());
    Console console =
        new Console(configuration.logFormat(), spec.commandLine().getOut(), InstantSource.system());
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
    int port = larder.addresses().getFirst().getPort();
    console.say(
        "Pull through it:  docker pull localhost:%d/docker.io/library/busybox".formatted(port));
    console.say("Push beside it:   docker push localhost:%d/app".formatted(port));
    console.say("Point clusters and other clients at it: docs/clients.md");
  }

  private static String scheme(Configuration configuration) {
    return configuration.tls().isPresent() ? "https://" : "http://";
  }

  private static String hostAndPort(InetSocketAddress address) {
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
        tls().or(file::tls),
        file.access().settings(Optional.ofNullable(htpasswd)),
        Optional.ofNullable(logFormat).or(file::logFormat).orElse(LogFormat.TEXT));
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
