package dev.larder.control;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs operations for commands that connect to a socket in the data folder. Several run at once,
 * each on a thread of its own. One whose client goes away ends at its next step.
 */
public final class ControlServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  private final Path path;
  private final ServerSocketChannel socket;
  private final Map<String, Operation> operations;
  private final InstantSource clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

  private ControlServer(
      Path path,
      ServerSocketChannel socket,
      Map<String, Operation> operations,
      InstantSource clock) {
    this.path = path;
    this.socket = socket;
    this.operations = Map.copyOf(operations);
    this.clock = clock;
  }

  /**
   * Listens. What is at {@code path} is taken for a socket that an earlier process has left: the
   * caller holds the folder.
   *
   * @param path the socket's file, which only its owner may use
   * @param operations what can be asked for, by name
   * @param clock tells when clients are to be told of progress
   * @throws IOException if the system has no such sockets, or {@code path} is too long for one
   */
  public static ControlServer start(
      Path path, Map<String, Operation> operations, InstantSource clock) throws IOException {
    ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      bind(socket, path);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
    ControlServer server = new ControlServer(path, socket, operations, clock);
    server.threads.execute(server::accept);
    return server;
  }

  /**
   * A socket can be used as soon as it is bound, by whom the process's umask lets: so it gets its
   * permissions in a folder that nobody else may enter, and is moved then. That folder's name is no
   * longer than the socket's, so that one can be had where the other can.
   */
  private static void bind(ServerSocketChannel socket, Path path) throws IOException {
    Path folder = path.resolveSibling("sock.new");
    Path unfinished = folder.resolve("s");
    Files.deleteIfExists(unfinished);
    Files.deleteIfExists(folder);
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      socket.bind(UnixDomainSocketAddress.of(unfinished));
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-------"));
      Files.move(unfinished, path, ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
      Files.deleteIfExists(folder);
    }
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = socket.accept();
        clients.add(client);
        try {
          threads.execute(() -> serve(client));
        } catch (RejectedExecutionException e) {
          client.close();
          return;
        }
      }
    } catch (ClosedChannelException e) {
      LOG.debug("the control socket is closed");
    } catch (IOException e) {
      LOG.error("the control socket {} can't be used any more", path, e);
    }
  }

  private void serve(SocketChannel client) {
    try (Lines lines = new Lines(client)) {
      for (Optional<JsonNode> request = lines.read(); request.isPresent(); request = lines.read()) {
        lines.write(answer(request.get(), lines));
      }
    } catch (IOException | CancellationException e) {
      LOG.debug("a client of the control socket has left", e);
    } finally {
      clients.remove(client);
    }
  }

  private ObjectNode answer(JsonNode request, Lines lines) {
    String name = request.path("operation").asText();
    Operation operation = operations.get(name);
    if (operation == null) {
      return failed("this Larder has no operation \"%s\": it may be older".formatted(name));
    }
    try {
      Progress progress = new ClientProgress(lines, clock);
      JsonNode result = operation.run(request.path("arguments"), progress);
      return Lines.JSON.createObjectNode().set("result", result);
    } catch (OperationException | IOException | UncheckedIOException e) {
      return failed(String.valueOf(e.getMessage()));
    } catch (CancellationException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("{} failed", name, e);
      return failed("an error in Larder, which its log describes: " + e);
    }
  }

  /** The answer to a request for what couldn't be done. */
  static ObjectNode failed(String sentence) {
    return Lines.JSON.createObjectNode().put("failed", sentence);
  }

  /** Cancels what is running, and returns when all of it has ended. */
  @Override
  public void close() throws IOException {
    try (threads) {
      Files.deleteIfExists(path);
      socket.close();
      threads.shutdown();
      for (SocketChannel client : clients) {
        client.close();
      }
    }
  }
}
