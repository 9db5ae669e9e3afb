package dev.larder.engine;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.LocalDirectorySSLConfig;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The library that speaks to the engine, and what its exceptions say to the user. Its connections
 * have no deadline: builds, events and commands in containers may be silent for long.
 */
final class Api implements Closeable {
  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(10);
  private static final int CONNECTIONS = 100;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A request. */
  @FunctionalInterface
  interface Request<T> {
    T send(DockerClient client) throws InterruptedException, IOException;
  }

  private final EngineAddress address;
  private final DockerClient client;

  Api(EngineAddress address, Path configuration) {
    this.address = address;
    DefaultDockerClientConfig.Builder settings =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            // The address is decided; a context must not change it.
            .withDockerContext("default")
            .withDockerHost(address.uri().toString())
            .withDockerTlsVerify(false)
            .withDockerConfig(configuration.toString());
    address
        .certificates()
        .ifPresent(
            folder -> settings.withCustomSslConfig(new LocalDirectorySSLConfig(folder.toString())));
    DockerClientConfig config = settings.build();
    client =
        DockerClientImpl.getInstance(
            config,
            new LocalPushes(
                new ApacheDockerHttpClient.Builder()
                    .dockerHost(config.getDockerHost())
                    .sslConfig(config.getSSLConfig())
                    .connectionTimeout(CONNECT_DEADLINE)
                    .maxConnections(CONNECTIONS)
                    .build()));
  }

  EngineAddress address() {
    return address;
  }

  /**
   * Sends a request.
   *
   * @param what what is asked for, after "cannot": {@code start the container larder}
   */
  <T> T ask(String what, Request<T> request) throws EngineException {
    try {
      return request.send(client);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("cannot %s: interrupted".formatted(what), e);
    } catch (IOException e) {
      throw new EngineException("cannot %s: %s".formatted(what, reason(e)), e);
    } catch (DockerException e) {
      throw new EngineException("cannot %s: %s".formatted(what, answer(e)), e);
    } catch (DockerClientException e) {
      throw new EngineException("cannot %s: %s".formatted(what, e.getMessage()), e);
    } catch (RuntimeException e) {
      if (e.getCause() instanceof IOException broken) {
        throw new EngineException(
            "cannot %s: the engine at %s doesn't answer (%s)"
                .formatted(what, address.uri(), reason(broken)),
            e);
      }
      throw e;
    }
  }

  /** As {@link #ask}; empty if the engine doesn't know what the request names. */
  <T> Optional<T> find(String what, Request<T> request) throws EngineException {
    try {
      return Optional.of(ask(what, request));
    } catch (EngineException e) {
      if (e.getCause() instanceof NotFoundException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Sends a request whose purpose may be served already: it is gone, stopped, started. */
  void change(String what, Request<?> request) throws EngineException {
    try {
      Optional<?> _ = ask(what, client -> Optional.ofNullable(request.send(client)));
    } catch (EngineException e) {
      if (!(e.getCause() instanceof NotModifiedException)) {
        throw e;
      }
    }
  }

  /** As {@link #change}; not to find it serves the purpose too. */
  void remove(String what, Request<?> request) throws EngineException {
    Optional<?> _ = find(what, client -> Optional.ofNullable(request.send(client)));
  }

  /** The engine's words in {@code Status 409: {"message": "…"}}. */
  private static String answer(DockerException e) {
    String text = Optional.ofNullable(e.getMessage()).orElse("status " + e.getHttpStatus()).strip();
    int body = text.indexOf('{');
    return body < 0 ? text : message(text.substring(body)).orElse(text);
  }

  /** The message in an engine's error. */
  static Optional<String> message(String body) {
    try {
      JsonNode message = JSON.readTree(body).path("message");
      return message.isTextual() ? Optional.of(message.asText().strip()) : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static String reason(IOException e) {
    return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
  }

  @Override
  public void close() throws EngineException {
    try {
      client.close();
    } catch (IOException e) {
      throw new EngineException("cannot leave the engine: " + reason(e), e);
    }
  }
}
