package dev.larder.deploy;

import dev.larder.engine.Container;
import dev.larder.engine.Engine;
import dev.larder.engine.Network;
import dev.larder.oci.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Has Larder run as a process beside an engine, which nodes reach by the gateways of their
 * networks.
 *
 * @param engine the engine
 * @param readiness waits until it serves
 * @param progress is told what is being done
 */
public record HostUp(Engine engine, Readiness readiness, Consumer<String> progress) {
  private static final Duration GRACE = Duration.ofSeconds(15);
  private static final InetAddress LOCALHOST = InetAddress.ofLiteral("127.0.0.1");
  private static final int LAST_LINES = 15;

  /**
   * How it is wanted.
   *
   * @param version the version of the Larder that starts it
   * @param folder its data folder
   * @param port its port
   * @param configuration its configuration file
   * @param tls whether that has it speak TLS
   * @param network the network of clusters, made if it isn't there
   */
  public record Wanted(
      String version,
      Path folder,
      int port,
      Optional<Path> configuration,
      boolean tls,
      String network) {}

  /**
   * What came of it.
   *
   * @param process the process
   * @param listen where it listens
   * @param changes what was done, in order; empty if all was as wanted
   * @param remarks what the user should know
   */
  public record Result(
      HostProcess process, List<String> listen, List<String> changes, List<String> remarks) {}

  /**
   * Does what has to be done, and waits until Larder serves.
   *
   * @throws DeployException if something is in the way, or Larder doesn't serve then
   * @throws IOException if the engine refuses or goes away, or the folder can't be used
   */
  public Result run(Wanted wanted) throws IOException, DeployException, InterruptedException {
    List<String> changes = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    if (engine.network(wanted.network()).isEmpty()) {
      KindNetwork.make(engine, wanted.network());
      note(new Step.MakeNetwork(wanted.network()).what(), changes);
    }
    List<String> listen = listen(wanted.port(), remarks);
    List<String> arguments = arguments(wanted, listen);
    String settings = wanted.version() + " " + String.join(" ", arguments) + fingerprint(wanted);
    Optional<HostProcess> running = HostProcess.find(wanted.folder());
    if (running.isPresent() && !running.get().settings().equals(settings)) {
      running.get().stop(GRACE);
      note("stopped process %d: it is to be another".formatted(running.get().pid()), changes);
      running = Optional.empty();
    }
    HostProcess process;
    if (running.isPresent()) {
      process = running.get();
    } else {
      requireFree(wanted.port());
      process = HostProcess.start(wanted.folder(), wanted.port(), arguments, settings);
      note("started process " + process.pid(), changes);
    }
    awaitReady(wanted, process);
    return new Result(process, listen, List.copyOf(changes), List.copyOf(remarks));
  }

  private void note(String change, List<String> changes) {
    changes.add(change);
    progress.accept(change);
  }

  /** 127.0.0.1, and each gateway that is an address of this machine. */
  private List<String> listen(int port, List<String> remarks) throws IOException {
    Set<String> addresses = new LinkedHashSet<>();
    addresses.add("127.0.0.1:" + port);
    List<Network> networks =
        engine.networks().stream().sorted(Comparator.comparing(Network::name)).toList();
    for (Network network : networks) {
      Optional<String> gateway = network.ipv4().flatMap(Network.Subnet::host);
      if (!network.driver().equals("bridge") || gateway.isEmpty()) {
        continue;
      }
      if (NetworkInterface.getByInetAddress(InetAddress.ofLiteral(gateway.get())) == null) {
        remarks.add(
            "the gateway of the network %s, %s, isn't an address of this machine: nodes there can't reach Larder by it"
                .formatted(network.name(), gateway.get()));
      } else {
        addresses.add(gateway.get() + ":" + port);
      }
    }
    return List.copyOf(addresses);
  }

  private static List<String> arguments(Wanted wanted, List<String> listen) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "serve",
                "--data",
                wanted.folder().toString(),
                "--listen",
                String.join(",", listen)));
    arguments.addAll(
        wanted
            .configuration()
            .map(file -> List.of("--config", file.toString()))
            .orElse(List.of("--overlays"))); // a file says itself whether it wants them
    return arguments;
  }

  /** By which a change of the configuration file is seen. */
  private static String fingerprint(Wanted wanted) throws IOException {
    return wanted.configuration().isEmpty()
        ? ""
        : " " + Digest.sha256(Files.readAllBytes(wanted.configuration().get()));
  }

  private void requireFree(int port) throws IOException, DeployException {
    for (Container container : engine.containers(Map.of(), false)) {
      Plan.refuseTakenPort(container, port);
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as Larder itself does
      socket.bind(new InetSocketAddress(LOCALHOST, port));
    } catch (IOException e) {
      throw new DeployException(
          "port %d of 127.0.0.1 is taken by another process: stop it, or choose another port by --port (%s)"
              .formatted(port, e.getMessage()));
    }
  }

  private void awaitReady(Wanted wanted, HostProcess process)
      throws IOException, DeployException, InterruptedException {
    Path log = HostProcess.log(wanted.folder());
    URI url = URI.create("http://127.0.0.1:%d/v2/".formatted(wanted.port()));
    readiness.await(
        "process " + process.pid(),
        () -> {
          if (!process.alive()) {
            List<String> lines = Files.readAllLines(log);
            throw new DeployException(
                "Larder has ended right after its start; in %s it wrote last:\n%s"
                    .formatted(
                        log,
                        String.join(
                            "\n",
                            lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()))));
          }
          return wanted.tls() ? answersTls(wanted.port()) : Readiness.answer(url);
        });
  }

  /** Its certificate may be of any name; that it takes connections says that it serves. */
  private static Optional<String> answersTls(int port) {
    try (Socket socket = new Socket(LOCALHOST, port)) {
      return socket.isConnected() ? Optional.empty() : Optional.of("it doesn't listen yet");
    } catch (IOException e) {
      return Optional.of("it doesn't listen yet (%s)".formatted(e.getMessage()));
    }
  }
}
