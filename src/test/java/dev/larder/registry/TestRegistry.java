package dev.larder.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.http.Body;
import dev.larder.http.Headers;
import dev.larder.http.Request;
import dev.larder.http.Response;
import dev.larder.mirror.Freshness;
import dev.larder.mirror.MirrorSettings;
import dev.larder.mirror.Mirrors;
import dev.larder.mirror.RangeSettings;
import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.registry.access.AccessControl;
import dev.larder.registry.access.AccessSettings;
import dev.larder.store.BlobStore;
import dev.larder.store.CacheLimits;
import dev.larder.store.Disk;
import dev.larder.store.Evictor;
import dev.larder.store.Store;
import dev.larder.store.file.FileBlobStore;
import dev.larder.store.sql.SqliteCatalog;
import dev.larder.testing.TestImages;
import dev.larder.upstream.UpstreamRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A registry in a folder, called {@code localhost:5000}. A scripted upstream is behind every other
 * name but {@code denied.example}, unless a test has its own. Requests are handed to its handler as
 * a server would.
 */
final class TestRegistry implements Closeable {
  static final RegistryName DENIED = new RegistryName("denied.example");

  private static final JsonMapper JSON = new JsonMapper();
  private static final InetSocketAddress LOCAL =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 5000);
  private static final InetSocketAddress REMOTE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 40000);

  private final Path folder;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final List<Access> accesses = new CopyOnWriteArrayList<>();
  private final SqliteCatalog catalog;
  private final Mirrors mirrors;
  final ScriptedUpstream upstream;
  final Store store;
  final RegistryHandler handler;

  /** One whose upstream is scripted. */
  TestRegistry(Path folder) throws IOException {
    this(folder, AccessSettings.OPEN);
  }

  /** One that not everybody may use. */
  TestRegistry(Path folder, AccessSettings access) throws IOException {
    this(folder, access, Layering.SEPARATE);
  }

  /** One where that may be pushed over what is mirrored. */
  TestRegistry(Path folder, AccessSettings access, Layering layering) throws IOException {
    this(folder, new ScriptedUpstream(), Optional.empty(), blobs -> blobs, access, layering, true);
  }

  /** One whose upstream is scripted, and whose blobs are in another store than they might be. */
  static TestRegistry withBlobs(Path folder, UnaryOperator<BlobStore> blobs) throws IOException {
    return new TestRegistry(
        folder,
        new ScriptedUpstream(),
        Optional.empty(),
        blobs,
        AccessSettings.OPEN,
        Layering.SEPARATE,
        true);
  }

  /** One whose upstreams are found in that way. */
  static TestRegistry withUpstreams(
      Path folder, Function<RegistryName, Optional<UpstreamRegistry>> upstreams)
      throws IOException {
    return withUpstreams(folder, upstreams, AccessSettings.OPEN, Layering.SEPARATE);
  }

  /** The same where not everybody may do everything. */
  static TestRegistry withUpstreams(
      Path folder,
      Function<RegistryName, Optional<UpstreamRegistry>> upstreams,
      AccessSettings access,
      Layering layering)
      throws IOException {
    return new TestRegistry(
        folder,
        new ScriptedUpstream(),
        Optional.of(upstreams),
        blobs -> blobs,
        access,
        layering,
        true);
  }

  /** The same where no client is told of an upstream's challenge. */
  static TestRegistry withoutChallenges(
      Path folder, Function<RegistryName, Optional<UpstreamRegistry>> upstreams)
      throws IOException {
    return new TestRegistry(
        folder,
        new ScriptedUpstream(),
        Optional.of(upstreams),
        blobs -> blobs,
        AccessSettings.OPEN,
        Layering.SEPARATE,
        false);
  }

  private TestRegistry(
      Path folder,
      ScriptedUpstream upstream,
      Optional<Function<RegistryName, Optional<UpstreamRegistry>>> upstreams,
      UnaryOperator<BlobStore> blobs,
      AccessSettings access,
      Layering layering,
      boolean passChallenges)
      throws IOException {
    this.folder = folder;
    this.upstream = upstream;
    catalog = new SqliteCatalog(folder.resolve("catalog.sqlite"), now::get);
    store =
        new Store(
            blobs.apply(new FileBlobStore(Files.createDirectories(folder.resolve("blobs")))),
            catalog);
    mirrors =
        new Mirrors(
            store,
            new Evictor(
                store, CacheLimits.DEFAULT, () -> new Disk(1L << 40, 1L << 40), now::get, () -> {}),
            upstreams.orElse(
                name -> name.equals(DENIED) ? Optional.empty() : Optional.of(upstream)),
            new MirrorSettings(
                new Freshness(Duration.ofSeconds(30), Duration.ZERO, Optional.empty()),
                Map.of(),
                List.of(),
                RangeSettings.DEFAULT,
                passChallenges),
            now::get,
            _ -> {});
    handler =
        new RegistryHandler(
            new RegistryName("localhost:5000")::equals,
            layering,
            store,
            mirrors,
            new AccessControl(access, now::get),
            now::get,
            accesses::add,
            Changes.ALL);
  }

  /** An answer as a client gets it. */
  record Answer(int status, Headers headers, byte[] body, long length) {
    String header(String name) {
      return headers.first(name).orElse("");
    }

    String text() {
      return new String(body, UTF_8);
    }

    JsonNode json() throws IOException {
      return JSON.readTree(body);
    }

    /** The code of the first error in its body. */
    String code() throws IOException {
      return json().path("errors").path(0).path("code").asText();
    }

    /** The message of the first error in its body. */
    String message() throws IOException {
      return json().path("errors").path(0).path("message").asText();
    }
  }

  Instant now() {
    return now.get();
  }

  void advance(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }

  /** What the access log was told, in order. */
  List<Access> accesses() {
    return List.copyOf(accesses);
  }

  /** How many files the blob store has, whatever they are. */
  long blobFiles() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("blobs"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  Answer get(String target, String... headers) throws IOException {
    return send("GET", target, new byte[0], headers);
  }

  Answer head(String target, String... headers) throws IOException {
    return send("HEAD", target, new byte[0], headers);
  }

  Answer send(String method, String target, String... headers) throws IOException {
    return send(method, target, new byte[0], headers);
  }

  /**
   * @param headers names and values in turn
   */
  Answer send(String method, String target, byte[] body, String... headers) throws IOException {
    return send(handler, method, target, new ByteArrayInputStream(body), headers);
  }

  Answer send(
      RegistryHandler handler, String method, String target, InputStream body, String... headers)
      throws IOException {
    Request request = request(method, target, body, headers);
    return received(method, handler.handle(request));
  }

  static Request request(String method, String target, InputStream body, String... headers) {
    Headers fields = Headers.none();
    for (int i = 0; i < headers.length; i += 2) {
      fields = fields.with(headers[i], headers[i + 1]);
    }
    int question = target.indexOf('?');
    return new Request(
        method,
        question < 0 ? target : target.substring(0, question),
        question < 0 ? "" : target.substring(question + 1),
        fields,
        "http",
        LOCAL,
        REMOTE,
        body);
  }

  /** What comes of a response at the client. A body that breaks off throws, as it does there. */
  static Answer received(String method, Response response) throws IOException {
    boolean bodiless =
        method.equals("HEAD") || response.status() == 204 || response.status() == 304;
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    boolean whole = false;
    try (Body body = response.body()) {
      if (!bodiless) {
        write(body, received);
      }
      whole = true;
    } finally {
      response.whenSent().accept(new Response.Sent(received.size(), whole));
    }
    return new Answer(
        response.status(), response.headers(), received.toByteArray(), response.body().length());
  }

  private static void write(Body body, ByteArrayOutputStream to) throws IOException {
    switch (body) {
      case Body.Bytes(byte[] content) -> to.writeBytes(content);
      case Body.FilePart part -> write(part.file(), part.offset(), part.length(), to);
      case Body.Stream stream -> stream.source().writeTo(sink(to));
    }
  }

  private static void write(FileChannel file, long offset, long length, ByteArrayOutputStream to)
      throws IOException {
    file.transferTo(offset, length, Channels.newChannel(to));
  }

  private static Body.Sink sink(ByteArrayOutputStream to) {
    return new Body.Sink() {
      @Override
      public void write(ByteBuffer bytes) {
        byte[] piece = new byte[bytes.remaining()];
        bytes.get(piece);
        to.writeBytes(piece);
      }

      @Override
      public void write(FileChannel file, long offset, long length) throws IOException {
        TestRegistry.write(file, offset, length, to);
      }
    };
  }

  /** Pushes a blob in one piece. */
  Digest pushBlob(String repository, byte[] content) throws IOException {
    Digest digest = Digest.sha256(content);
    Answer answer = send("POST", repository + "/blobs/uploads/?digest=" + digest, content);
    if (answer.status() != 201) {
      throw new AssertionError(answer.status() + " " + answer.text());
    }
    return digest;
  }

  /** Pushes an image under a tag or its digest; the answer to the manifest. */
  Answer push(String repository, TestImages.Image image, String reference) throws IOException {
    pushBlob(repository, image.config());
    for (byte[] layer : image.layers()) {
      pushBlob(repository, layer);
    }
    return send(
        "PUT",
        repository + "/manifests/" + reference,
        image.manifest(),
        "Content-Type",
        image.mediaType().value());
  }

  @Override
  public void close() throws IOException {
    mirrors.close();
    catalog.close();
  }
}
