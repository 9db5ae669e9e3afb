package dev.larder.cli;

import dev.larder.oci.RegistryName;
import dev.larder.runtimes.ContainerRuntime;
import dev.larder.runtimes.MergeException;
import dev.larder.runtimes.Recipe;
import dev.larder.runtimes.ServerAddress;
import dev.larder.runtimes.Setting;
import dev.larder.runtimes.Wiring;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code larder config}: prints a runtime's own configuration; changes nothing. */
@Command(
    name = "config",
    description =
        "Print the configuration by which a runtime pulls through Larder. Nothing is changed: it"
            + " goes to standard output.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footerHeading = "%nRuntimes:%n")
final class ConfigCommand implements Callable<Integer> {
  private static final String STDIN = "-";

  @Parameters(paramLabel = "RUNTIME", description = "Which one; they are listed below.")
  private String runtimeName = "";

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description =
          "Where the runtime reaches Larder; https://HOST:PORT with TLS, and HOST:PORT=docker.io"
              + " for a listener that stands for Docker Hub (docker, colima). Default: larder:5000"
              + " for what runs in containers, localhost:5001 for what runs on the host.")
  private @Nullable String server;

  @Option(
      names = "--strict",
      fallbackValue = "true",
      description = "Never go on to the registry itself where Larder has no answer.")
  private boolean strict;

  @Option(
      names = "--upstreams",
      paramLabel = "REGISTRY",
      split = ",",
      description =
          "For runtimes that need an entry for each registry (podman, crio, buildkit): which ones."
              + " Default: docker.io, ghcr.io, quay.io and registry.k8s.io, and those in the"
              + " configuration file.")
  private List<String> upstreams = new ArrayList<>();

  @Option(
      names = "--mount",
      paramLabel = "FOLDER",
      description =
          "For kind: a folder of the engine's host that each node gets as /etc/containerd/certs.d.")
  private @Nullable Path mount;

  @Option(
      names = "--merge",
      paramLabel = "FILE",
      description =
          "Print this file of the runtime's, with what leads to Larder added; - is standard input.")
  private @Nullable String merge;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Larder's configuration file, for its upstreams.")
  private @Nullable Path config;

  private CommandSpec spec = CommandSpec.create();

  private ConfigCommand() {}

  @Spec
  void spec(CommandSpec spec) {
    this.spec = spec;
    spec.usageMessage()
        .footer(
            Arrays.stream(ContainerRuntime.values())
                .map(runtime -> "  %-16s %s".formatted(runtime, runtime.summary()))
                .toArray(String[]::new));
  }

  @Override
  public Integer call() throws CommandException {
    ContainerRuntime runtime =
        ContainerRuntime.parse(runtimeName)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "unknown runtime \"%s\"; known: %s"
                            .formatted(
                                runtimeName,
                                Arrays.stream(ContainerRuntime.values())
                                    .map(ContainerRuntime::toString)
                                    .collect(Collectors.joining(", ")))));
    Recipe recipe = runtime.recipe(wiring(runtime));
    String text = merge == null ? recipe.text() : merged(recipe, merge);
    PrintWriter out = spec.commandLine().getOut();
    if (merge != null || !recipe.hasComments()) {
      recipe.notes().forEach(spec.commandLine().getErr()::println);
    } else {
      recipe.notes().forEach(note -> out.print("# " + note + "\n"));
    }
    out.print(text);
    out.flush();
    return 0;
  }

  private static String merged(Recipe recipe, String name) throws CommandException {
    try {
      byte[] bytes =
          name.equals(STDIN) ? System.in.readAllBytes() : Files.readAllBytes(Path.of(name));
      return recipe.merge(new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw CommandException.failure("cannot read %s: %s".formatted(name, e));
    } catch (MergeException e) {
      String file = name.equals(STDIN) ? "standard input" : name;
      throw CommandException.failure(
          "cannot merge into %s: %s".formatted(file, String.valueOf(e.getMessage()).strip()));
    }
  }

  private Wiring wiring(ContainerRuntime runtime) throws CommandException {
    if (strict && !runtime.has(Setting.STRICT)) {
      throw CommandException.usage(
          "%s always goes on to the registry itself: its configuration can't say --strict"
              .formatted(runtime));
    }
    if (!upstreams.isEmpty() && !runtime.has(Setting.UPSTREAMS)) {
      throw CommandException.usage(
          "--upstreams is for runtimes that need an entry for each registry (%s); %s doesn't"
              .formatted(having(Setting.UPSTREAMS), runtime));
    }
    if (mount != null && !runtime.has(Setting.MOUNT)) {
      throw CommandException.usage("--mount is for %s".formatted(having(Setting.MOUNT)));
    }
    return new Wiring(
        address(runtime),
        strict,
        registries(),
        Optional.ofNullable(mount).map(folder -> folder.toAbsolutePath().normalize().toString()));
  }

  private ServerAddress address(ContainerRuntime runtime) throws CommandException {
    if (server == null) {
      return runtime.server();
    }
    ServerAddress address =
        ServerAddress.parse(server)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "no server: \"%s\"; write HOST:PORT, https://HOST:PORT or".formatted(server)
                            + " HOST:PORT=docker.io"));
    Optional<RegistryName> upstream = address.upstream();
    if (upstream.isPresent() && !runtime.has(Setting.LISTENER)) {
      throw CommandException.usage(
          "a listener that stands for one registry is for %s; %s says itself which one it means"
              .formatted(having(Setting.LISTENER), runtime));
    }
    if (upstream.filter(registry -> !registry.equals(RegistryName.DOCKER_HUB)).isPresent()) {
      throw CommandException.usage(
          "%s has mirrors for docker.io alone, not for %s".formatted(runtime, upstream.get()));
    }
    return address;
  }

  private List<RegistryName> registries() throws CommandException {
    Set<RegistryName> registries = new LinkedHashSet<>();
    for (String upstream : upstreams) {
      registries.add(
          RegistryName.parse(upstream)
              .orElseThrow(
                  () ->
                      CommandException.usage(
                          "no registry: \"%s\"; write HOST or HOST:PORT".formatted(upstream))));
    }
    if (!registries.isEmpty()) {
      return List.copyOf(registries);
    }
    ConfigurationFile file =
        config == null ? ConfigurationFile.NONE : ConfigurationFile.read(config);
    if (file.otherUpstreams()) {
      registries.addAll(Wiring.USUAL_UPSTREAMS);
    }
    file.upstreams()
        .forEach(
            (name, entry) -> {
              if (entry.allow()) {
                registries.add(name);
              } else {
                registries.remove(name);
              }
            });
    return List.copyOf(registries);
  }

  private static String having(Setting setting) {
    return Arrays.stream(ContainerRuntime.values())
        .filter(runtime -> runtime.has(setting))
        .map(ContainerRuntime::toString)
        .collect(Collectors.joining(", "));
  }
}
