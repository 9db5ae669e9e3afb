package dev.larder.engine;

import com.github.dockerjava.api.async.ResultCallbackTemplate;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.BuildResponseItem;
import com.github.dockerjava.api.model.PushResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The images of an engine. */
record Images(Api api) {
  Optional<Image> find(String nameOrId) throws EngineException {
    return api.find(
        "look at the image " + nameOrId,
        client -> {
          var image = client.inspectImageCmd(nameOrId).exec();
          return new Image(
              String.valueOf(image.getId()),
              image.getRepoTags() == null ? List.of() : List.copyOf(image.getRepoTags()),
              image.getSize() == null ? 0 : image.getSize());
        });
  }

  String build(
      Path context,
      String dockerfile,
      List<String> tags,
      Map<String, String> buildArguments,
      Consumer<String> lines)
      throws EngineException {
    return api.ask(
        "build " + String.join(", ", tags),
        client -> {
          var command =
              client
                  .buildImageCmd(context.toFile())
                  .withDockerfile(context.resolve(dockerfile).toFile())
                  .withTags(Set.copyOf(tags));
          buildArguments.forEach(command::withBuildArg);
          Build build = command.exec(new Build(lines));
          build.awaitCompletion();
          return String.valueOf(client.inspectImageCmd(build.id()).exec().getId());
        });
  }

  void tag(String image, String repository, String tag) throws EngineException {
    api.change(
        "name the image %s %s:%s".formatted(image, repository, tag),
        client -> client.tagImageCmd(image, repository, tag).exec());
  }

  void push(String image, Consumer<PushProgress> progress) throws EngineException {
    String what = "push " + image;
    Optional<String> refusal =
        api.ask(
            what,
            client -> {
              var command = client.pushImageCmd(image);
              if (command.getAuthConfig() == null) {
                command.withAuthConfig(new AuthConfig()); // engines refuse a push without any
              }
              Push push = command.exec(new Push(progress));
              push.awaitCompletion();
              return push.refusal;
            });
    if (refusal.isPresent()) {
      throw new EngineException("cannot %s: %s".formatted(what, refusal.get()));
    }
  }

  void remove(String name) throws EngineException {
    api.remove("remove the image " + name, client -> client.removeImageCmd(name).exec());
  }

  @SuppressWarnings("deprecation") // Podman writes only what the library has marked so
  private static Optional<String> error(ResponseItem item) {
    if (!item.isErrorIndicated()) {
      return Optional.empty();
    }
    var detail = item.getErrorDetail();
    return Optional.ofNullable(detail == null ? null : detail.getMessage())
        .or(() -> Optional.ofNullable(item.getError()))
        .or(() -> Optional.of("the engine doesn't say why"));
  }

  /** What the engine says while it builds. */
  private static final class Build extends ResultCallbackTemplate<Build, BuildResponseItem> {
    private final Consumer<String> lines;
    private final StringBuilder line = new StringBuilder();
    private Optional<String> id = Optional.empty();
    private Optional<String> refusal = Optional.empty();

    Build(Consumer<String> lines) {
      this.lines = lines;
    }

    @Override
    public synchronized void onNext(BuildResponseItem item) {
      refusal = refusal.or(() -> error(item));
      if (item.isBuildSuccessIndicated()) {
        id = Optional.ofNullable(item.getImageId());
      }
      line.append(Optional.ofNullable(item.getStream()).orElse(""));
      for (int end = line.indexOf("\n"); end >= 0; end = line.indexOf("\n")) {
        lines.accept(line.substring(0, end));
        line.delete(0, end + 1);
      }
    }

    synchronized String id() throws IOException {
      if (refusal.isPresent()) {
        throw new IOException(refusal.get());
      }
      return id.orElseThrow(() -> new IOException("the engine names no image"));
    }
  }

  /** What the engine says while it pushes. */
  private static final class Push extends ResultCallbackTemplate<Push, PushResponseItem> {
    private final Consumer<PushProgress> progress;
    private volatile Optional<String> refusal = Optional.empty();

    Push(Consumer<PushProgress> progress) {
      this.progress = progress;
    }

    @Override
    public void onNext(PushResponseItem item) {
      refusal = refusal.or(() -> error(item));
      if (item.getId() == null || item.getStatus() == null) {
        return;
      }
      var detail = item.getProgressDetail();
      progress.accept(
          new PushProgress(
              item.getId(),
              item.getStatus(),
              detail == null || detail.getCurrent() == null ? 0 : detail.getCurrent(),
              detail == null || detail.getTotal() == null ? 0 : detail.getTotal()));
    }
  }
}
