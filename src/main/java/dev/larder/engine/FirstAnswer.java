package dev.larder.engine;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The first question to an engine, and what to do if it has no answer. */
final class FirstAnswer {
  private FirstAnswer() {}

  /**
   * Asks for the engine's version.
   *
   * @param patience for how long to wait for an answer
   */
  static Version of(Api api, Duration patience) throws EngineException {
    FutureTask<Version> question =
        new FutureTask<>(() -> api.ask("reach the container engine", FirstAnswer::version));
    Thread.ofVirtual().name("first-answer").start(question);
    try {
      return question.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException refusal) {
        throw new EngineException(advice(api.address(), refusal), refusal);
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new EngineException(
          "the container engine at %s (%s) hasn't answered for %d seconds: restart it, or name another by DOCKER_HOST"
              .formatted(api.address().uri(), api.address().source(), patience.toSeconds()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("interrupted while waiting for the container engine", e);
    }
  }

  private static Version version(DockerClient client) {
    return client.versionCmd().exec();
  }

  private static String advice(EngineAddress address, EngineException refusal) {
    String reason = String.valueOf(refusal.getMessage());
    String known = reason.toLowerCase(Locale.ROOT);
    if ("unix".equals(address.uri().getScheme())) {
      Path socket = Path.of(address.uri().getPath());
      if (known.contains("permission denied")) {
        return ("permission denied at %s (%s): add yourself to the group that may use it (sudo"
                + " usermod -aG docker $USER, then log in again), or run this command with"
                + " sudo")
            .formatted(socket, address.source());
      }
      if (known.contains("connection refused")) {
        return "nobody listens at %s (%s): start the container engine (sudo systemctl start docker)"
            .formatted(socket, address.source());
      }
      if (known.contains("no such file")) {
        return "there is no %s (%s): start the container engine, or say by DOCKER_HOST where it is"
            .formatted(socket, address.source());
      }
    }
    return "%s; %s names it: is that right, and does the engine run?"
        .formatted(reason, address.source());
  }
}
