package dev.larder.cli;

import dev.larder.oci.RegistryName;
import java.net.InetSocketAddress;
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
import picocli.CommandLine.Spec;

/** {@code larder serve}: serves until it is told to stop. */
@Command(
    name = "serve",
    description = "Serve images: pushed ones, and those of every upstream.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  @Option(
      names = "--listen",
      paramLabel = "ADDR[=UPSTREAM]",
      split = ",",
      description = {
        "Where to listen; can be given several times. Default: "
            + StoreOptions.DEFAULT_LISTEN
            + ".",
        "With an upstream (127.0.0.1:5001=docker.io), names without a registry mean that one,"
            + " as an Engine's registry-mirrors needs it."
      })
  private List<String> listen = new ArrayList<>();

  @Mixin private StoreOptions store = new StoreOptions();

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
    Configuration configuration =
        store.configuration(listen, Optional.ofNullable(logFormat), environment);
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
      String url = "http://" + hostAndPort(address);
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
}
