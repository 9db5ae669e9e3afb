package dev.larder.testing;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.InvalidManifestException;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a {@link FakeUpstream} has, and the read half of the distribution API over it. */
final class FakeContent {
  private static final Pattern ROUTE =
      Pattern.compile("/v2/(.+)/(manifests|blobs|referrers|tags)/([^/]+)");
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");

  record Stored(MediaType mediaType, byte[] content) {}

  private static final class Repository {
    final Map<String, Digest> tags = new ConcurrentSkipListMap<>();
    final Map<Digest, Stored> manifests = new ConcurrentHashMap<>();
    final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
  }

  private final Map<String, Repository> repositories = new ConcurrentHashMap<>();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private volatile boolean referrersApi = true;

  void referrersApi(boolean on) {
    referrersApi = on;
  }

  void putManifest(String repository, Digest digest, Stored manifest) {
    repository(repository).manifests.put(digest, manifest);
  }

  void tag(String repository, String tag, Digest digest) {
    repository(repository).tags.put(tag, digest);
  }

  void untag(String repository, String tag) {
    repository(repository).tags.remove(tag);
  }

  void putBlob(String repository, Digest digest, byte[] content) {
    repository(repository).blobs.put(digest, content);
  }

  void delete(String repository, Digest digest) {
    repository(repository).manifests.remove(digest);
    repository(repository).blobs.remove(digest);
    repository(repository).tags.values().removeIf(digest::equals);
  }

  void putFile(String path, byte[] content) {
    files.put(path, content);
  }

  private Repository repository(String name) {
    return repositories.computeIfAbsent(name, n -> new Repository());
  }

  FakeReply reply(SeenRequest request, boolean ranges) {
    byte[] file = files.get(request.path());
    if (file != null) {
      return bytes(request, file, "\"" + Digest.sha256(file).hex() + "\"", ranges);
    }
    if (request.path().equals("/v2/")) {
      return FakeReply.json(200, "{}");
    }
    Matcher route = ROUTE.matcher(request.path());
    if (!route.matches()) {
      return FakeReply.text(404, Map.of("Content-Type", "text/plain"), "404 page not found");
    }
    Repository repository = repositories.get(route.group(1));
    if (repository == null) {
      return FakeReply.error(404, "NAME_UNKNOWN");
    }
    String last = route.group(3);
    return switch (route.group(2)) {
      case "manifests" -> manifest(repository, last);
      case "blobs" -> blob(request, repository, last, ranges);
      case "tags" -> tags(request, route.group(1), repository);
      default -> referrers(request, repository, last);
    };
  }

  private static FakeReply manifest(Repository repository, String reference) {
    Optional<Digest> digest =
        Digest.parse(reference).or(() -> Optional.ofNullable(repository.tags.get(reference)));
    Optional<Stored> manifest =
        digest.flatMap(found -> Optional.ofNullable(repository.manifests.get(found)));
    if (digest.isEmpty() || manifest.isEmpty()) {
      return FakeReply.error(404, "MANIFEST_UNKNOWN");
    }
    return new FakeReply(200, Map.of(), manifest.get().content())
        .with("Content-Type", manifest.get().mediaType().value())
        .with("Docker-Content-Digest", digest.get().toString());
  }

  private static FakeReply blob(
      SeenRequest request, Repository repository, String reference, boolean ranges) {
    Optional<byte[]> blob =
        Digest.parse(reference).flatMap(found -> Optional.ofNullable(repository.blobs.get(found)));
    return blob.map(content -> bytes(request, content, "\"" + reference + "\"", ranges))
        .map(reply -> reply.with("Docker-Content-Digest", reference))
        .orElseGet(() -> FakeReply.error(404, "BLOB_UNKNOWN"));
  }

  private static FakeReply bytes(SeenRequest request, byte[] content, String etag, boolean ranges) {
    FakeReply whole =
        new FakeReply(200, Map.of(), content)
            .with("Content-Type", "application/octet-stream")
            .with("ETag", etag);
    Matcher range = RANGE.matcher(request.header("Range").orElse(""));
    boolean same = request.header("If-Range").map(etag::equals).orElse(true);
    if (!ranges || !range.matches() || !same) {
      return whole;
    }
    long first = Long.parseLong(range.group(1));
    long last =
        range.group(2).isEmpty()
            ? content.length - 1L
            : Math.min(Long.parseLong(range.group(2)), content.length - 1L);
    if (first >= content.length) {
      return FakeReply.error(416, "RANGE_INVALID")
          .with("Content-Range", "bytes */" + content.length);
    }
    return new FakeReply(
        206,
        whole
            .with("Content-Range", "bytes %d-%d/%d".formatted(first, last, content.length))
            .headers(),
        Arrays.copyOfRange(content, (int) first, (int) last + 1));
  }

  private static FakeReply tags(SeenRequest request, String name, Repository repository) {
    Map<String, String> query = query(request.query());
    String after = query.getOrDefault("last", "");
    List<String> rest =
        repository.tags.keySet().stream().filter(tag -> tag.compareTo(after) > 0).toList();
    int limit = Integer.parseInt(query.getOrDefault("n", String.valueOf(rest.size())));
    List<String> page = rest.subList(0, Math.min(limit, rest.size()));
    String names = page.stream().map(tag -> "\"" + tag + "\"").collect(Collectors.joining(","));
    FakeReply reply = FakeReply.json(200, "{\"name\":\"%s\",\"tags\":[%s]}".formatted(name, names));
    return page.size() == rest.size() || page.isEmpty()
        ? reply
        : reply.with(
            "Link",
            "</v2/%s/tags/list?last=%s&n=%d>; rel=\"next\"".formatted(name, page.getLast(), limit));
  }

  private FakeReply referrers(SeenRequest request, Repository repository, String reference) {
    if (!referrersApi) {
      return FakeReply.text(404, Map.of("Content-Type", "text/plain"), "404 page not found");
    }
    Optional<String> wanted = Optional.ofNullable(query(request.query()).get("artifactType"));
    List<String> found = new ArrayList<>();
    for (Map.Entry<Digest, Stored> entry : new TreeMap<>(byName(repository)).values()) {
      Manifest manifest = parse(entry.getValue());
      Optional<Digest> subject = manifest.subject().map(Descriptor::digest);
      if (subject.map(Digest::toString).equals(Optional.of(reference))
          && (wanted.isEmpty() || manifest.artifactType().equals(wanted))) {
        found.add(descriptor(entry.getKey(), entry.getValue(), manifest));
      }
    }
    FakeReply reply =
        FakeReply.text(
            200,
            Map.of("Content-Type", MediaType.OCI_INDEX.value()),
            "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
                .formatted(MediaType.OCI_INDEX, String.join(",", found)));
    return wanted.isPresent() ? reply.with("OCI-Filters-Applied", "artifactType") : reply;
  }

  private static Map<String, Map.Entry<Digest, Stored>> byName(Repository repository) {
    return repository.manifests.entrySet().stream()
        .collect(Collectors.toMap(entry -> entry.getKey().toString(), entry -> entry));
  }

  private static String descriptor(Digest digest, Stored stored, Manifest manifest) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,\"artifactType\":\"%s\"}"
        .formatted(
            stored.mediaType(),
            digest,
            stored.content().length,
            manifest.artifactType().orElse(""));
  }

  private static Manifest parse(Stored stored) {
    try {
      return ManifestReader.read(stored.mediaType(), stored.content());
    } catch (InvalidManifestException e) {
      throw new IllegalStateException("a test put a broken manifest beside referrers", e);
    }
  }

  private static Map<String, String> query(String raw) {
    return Arrays.stream(raw.split("&", -1))
        .filter(pair -> pair.indexOf('=') > 0)
        .map(pair -> pair.split("=", 2))
        .collect(
            Collectors.toMap(
                pair -> pair[0],
                pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8),
                (first, second) -> first));
  }
}
