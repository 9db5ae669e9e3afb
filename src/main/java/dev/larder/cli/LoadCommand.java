package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.larder.deploy.Deployment;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.Image;
import dev.larder.oci.RegistryName;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code larder load}: takes images from the local engine, once for all clusters. */
@Command(
    name = "load",
    description = {
      "Take images from the local container engine, once for all clusters.",
      "app:dev and docker.io/acme/app:dev become localhost:5001/app:dev and"
          + " localhost:5001/acme/app:dev, for manifests to name. Only layers that Larder hasn't"
          + " got are sent."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class LoadCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description = "The engine's name for it; or its id, with --as.")
  private List<String> images = new ArrayList<>();

  @Option(
      names = "--as-is",
      fallbackValue = "true",
      description =
          "Under its original name: docker.io/acme/app:dev in manifests is this image then, for all"
              + " who pull through Larder, until larder rm docker.io/acme/app:dev. Other tags are"
              + " the upstream's as before.")
  private boolean asIs;

  @Option(
      names = "--as",
      paramLabel = "NAME[:TAG]",
      description = "Under another name; for one image.")
  private @Nullable String as;

  @Option(
      names = "--to",
      paramLabel = "HOST:PORT",
      description =
          "To this Larder, as the engine reaches it. Default: the one that larder up has started.")
  private @Nullable String to;

  @Mixin private OutputOptions output = new OutputOptions();

  private LoadCommand() {}

  @Override
  public Integer call() throws CommandException {
    if (as != null && images.size() > 1) {
      throw CommandException.usage("--as is for one image, and these are " + images.size());
    }
    try (Engine engine = LocalEngine.connect()) {
      List<ImageLoad> loads = loads(engine, larder(engine));
      ArrayNode loaded = JsonNodeFactory.instance.arrayNode();
      try (ProgressLine progress = ProgressLine.on(output.err(), InstantSource.system())) {
        for (ImageLoad load : loads) {
          loaded.add(load.run(engine, progress));
        }
      } finally {
        print(loaded);
      }
      return 0;
    } catch (EngineException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private RegistryName larder(Engine engine) throws CommandException, EngineException {
    if (to != null) {
      return RegistryName.parse(to)
          .orElseThrow(
              () -> CommandException.usage("--to is HOST:PORT, and \"%s\" isn't".formatted(to)));
    }
    Optional<Deployment> found = Deployment.find(engine);
    if (found.isEmpty()) {
      return LocalLarder.process()
          .map(process -> new RegistryName("localhost:" + process.port()))
          .orElseThrow(
              () ->
                  CommandException.failure(
                      "there is no Larder on %s: start it by larder up, or say by --to HOST:PORT"
                              .formatted(engine.name())
                          + " where one serves"));
    }
    Deployment deployment = found.get();
    if (!deployment.running()) {
      throw CommandException.failure(
          "the container %s doesn't run: start it by larder up"
              .formatted(deployment.container().name()));
    }
    int port =
        deployment
            .hostPort()
            .orElseThrow(
                () ->
                    CommandException.failure(
                        "the container %s isn't published at a port of the engine's machine: run"
                                .formatted(deployment.container().name())
                            + " larder up again"));
    return new RegistryName("localhost:" + port);
  }

  /** All are looked for before the first is pushed. */
  private List<ImageLoad> loads(Engine engine, RegistryName larder)
      throws CommandException, EngineException {
    List<ImageLoad> loads = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String source : images) {
      LoadTarget target = LoadTarget.of(source, Optional.ofNullable(as), asIs, larder);
      Image image =
          engine
              .image(source)
              .orElseThrow(
                  () ->
                      CommandException.failure(
                          "%s has no image %s: build or pull it first; docker image ls shows what is there"
                              .formatted(engine.name(), source)));
      if (as == null && image.id().startsWith("sha256:" + source)) {
        throw LoadTarget.idWithoutName(source);
      }
      if (!names.add(target.pushed())) {
        throw CommandException.usage(
            "two of these images would be %s: load them one by one, with --as"
                .formatted(target.name()));
      }
      loads.add(new ImageLoad(image, target));
    }
    return loads;
  }

  private void print(ArrayNode loaded) {
    PrintWriter out = output.out();
    switch (output.format()) {
      case TEXT -> loaded.forEach(image -> out.println(text(image)));
      case JSON ->
          out.println(JsonNodeFactory.instance.objectNode().set("loaded", loaded).toString());
    }
    out.flush();
  }

  private static String text(JsonNode image) {
    String name = image.path("name").asText();
    String sent =
        "%d layers sent (%s), %d were there"
            .formatted(
                image.path("layersSent").asLong(),
                Sizes.text(image.path("bytesSent").asLong()),
                image.path("layersThere").asLong());
    return image.path("overlay").asBoolean()
        ? "loaded %s over the upstream's %s until larder rm %s: %s"
            .formatted(image.path("image").asText(), name, name, sent)
        : "loaded %s, for manifests as %s: %s".formatted(image.path("image").asText(), name, sent);
  }
}
