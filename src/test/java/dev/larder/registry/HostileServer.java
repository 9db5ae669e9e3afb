package dev.larder.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Server;
import dev.larder.oci.Digest;
import dev.larder.testing.RawHttp;
import dev.larder.testing.RawHttp.Answer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A registry on a socket, and what is asked of it there. It has a repository {@code app} with a
 * blob of ten bytes, and an upload to it which has five of the same bytes.
 *
 * <p>In requests {@code ^} ends a line, {@code {blob}} is that blob's digest, {@code {upload}} the
 * path of that upload, {@code {a*300}} a letter 300 times, {@code \\0} the character NUL.
 */
final class HostileServer implements Closeable {
  static final byte[] CONTENT = "0123456789".getBytes(UTF_8);
  static final Digest BLOB = Digest.sha256(CONTENT);

  final TestRegistry registry;
  final String upload;
  private final Path folder;
  private final Server server;

  HostileServer(Path folder) throws IOException {
    this.folder = folder;
    registry = new TestRegistry(folder);
    registry.pushBlob("/v2/app", CONTENT);
    upload = registry.send("POST", "/v2/app/blobs/uploads/").header("Location");
    registry.send("PATCH", upload, "01234".getBytes(UTF_8));
    server =
        Server.start(
            List.of(
                new Server.Listener(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), registry.handler)));
  }

  @Override
  public void close() throws IOException {
    server.stop(Duration.ofSeconds(5));
    registry.close();
  }

  RawHttp connect() throws IOException {
    return RawHttp.connect(server.addresses().getFirst());
  }

  RawHttp send(RawHttp http, String request) throws IOException {
    String filled =
        request
            .replace("{blob}", BLOB.toString())
            .replace("{upload}", upload)
            .replace("\\0", "\0")
            .replace("^", "\r\n");
    String repeated =
        Pattern.compile("\\{(.{1,2})\\*([0-9]+)}")
            .matcher(filled)
            .replaceAll(found -> found.group(1).repeat(Integer.parseInt(found.group(2))));
    return http.send(new String(repeated.getBytes(UTF_8), ISO_8859_1));
  }

  Answer error(RawHttp http, String request) throws IOException {
    Answer answer = send(http, request).read();
    assertThat(answer.header("Content-Type")).as(answer.text()).isEqualTo("application/json");
    assertThat(answer.text()).startsWith("{\"errors\":[{\"code\":\"");
    return answer;
  }

  Answer assertError(RawHttp http, String request, int status, String code) throws Exception {
    Answer answer = error(http, request);
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.text()).startsWith("{\"errors\":[{\"code\":\"" + code + "\"");
    return answer;
  }

  /** The upload has its five bytes still, and there is nothing that wasn't there before. */
  void assertUntouched() throws Exception {
    assertThat(registry.get(upload).header("Range")).isEqualTo("0-4");
    assertThat(registry.blobFiles()).as("the blob's file and the upload's").isEqualTo(2);
    await(() -> registry.send("DELETE", upload).status() == 204); // 409 until a cut request let go
    assertNothingButTheBlob();
  }

  void assertNothingButTheBlob() throws Exception {
    assertThat(registry.blobFiles()).isEqualTo(1);
    assertThat(registry.get("/v2/_catalog").text()).isEqualTo("{\"repositories\":[\"app\"]}");
    await(() -> openFiles() == 0);
  }

  /** How many of the blob store's files this process has open; 0 where the system doesn't tell. */
  private long openFiles() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return 0;
    }
    Path blobs = folder.toRealPath().resolve("blobs");
    try (Stream<Path> open = Files.list(descriptors)) {
      return open.filter(descriptor -> target(descriptor).startsWith(blobs)).count();
    }
  }

  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException e) {
      return Path.of("closed meanwhile");
    }
  }

  static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds(condition)) {
      assertThat(System.nanoTime()).as("what was waited for has not come").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static boolean holds(Callable<Boolean> condition) throws Exception {
    try {
      return condition.call();
    } catch (UncheckedIOException e) {
      return false; // a file went while it was looked at
    }
  }
}
