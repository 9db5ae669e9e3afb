package dev.larder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** An engine that says what a real one can't be made to say. What it isn't told it doesn't know. */
public final class FakeEngine implements Closeable {
  private record Said(int status, String body) {}

  private final HttpServer server;
  private final Map<String, Deque<Said>> answers = new HashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** A Docker 28.5.2. */
  public FakeEngine() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    answer("GET /version", 200, "{\"Version\": \"28.5.2\", \"ApiVersion\": \"1.51\"}");
  }

  /**
   * Answers a request in this way; told several times, in turn, and the last way for ever.
   *
   * @param request method and path
   */
  public synchronized void answer(String request, int status, String body) {
    answers.computeIfAbsent(request, _ -> new ArrayDeque<>()).add(new Said(status, body));
  }

  /** The variables that name it. */
  public Map<String, String> environment() {
    return Map.of("DOCKER_HOST", "tcp://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Connects to it. */
  public Engine connect(Path home) throws EngineException {
    return Engine.connect(environment(), home);
  }

  /** What it was asked so far, but for its version: method, path and body. */
  public List<String> requests() {
    return requests.stream().filter(request -> !request.startsWith("GET /version")).toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      requests.add((request + " " + body).strip());
      Said said = next(request);
      byte[] bytes = said.body().getBytes(UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(said.status(), bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private synchronized Said next(String request) {
    Deque<Said> left = answers.getOrDefault(request, new ArrayDeque<>());
    if (left.isEmpty()) {
      return new Said(404, "{\"message\": \"No such thing: %s\"}".formatted(request));
    }
    return left.size() == 1 ? left.getFirst() : left.removeFirst();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
