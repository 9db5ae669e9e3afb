package dev.larder.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.http.Headers;
import dev.larder.oci.Digest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.oci.Reference;
import dev.larder.oci.RepositoryName;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Asks an upstream for manifests, and holds what comes against what was asked for. */
record ManifestRequests(UpstreamClient client) {
  /** What containerd sends: whatever isn't a type of the first four is still wanted as it is. */
  private static final String ACCEPT =
      String.join(
          ", ",
          MediaType.DOCKER_MANIFEST.value(),
          MediaType.DOCKER_MANIFEST_LIST.value(),
          MediaType.OCI_MANIFEST.value(),
          MediaType.OCI_INDEX.value(),
          "*/*");

  private static final String DIGEST = "Docker-Content-Digest";
  private static final JsonMapper JSON = new JsonMapper();

  Answer<ManifestHead> head(Question question, RepositoryName repository, Reference reference) {
    Answer<Exchange> answer =
        client.ask(
            question,
            "HEAD",
            repository,
            "manifests/" + reference,
            Headers.none().with("Accept", ACCEPT),
            Set.of(200, 405, 501)); // some know no HEAD
    if (!(answer instanceof Answer.Found<Exchange>(Exchange exchange))) {
      return answer.withoutValue();
    }
    try (exchange) {
      if (exchange.header("Content-Type").filter(BlobRequests::isPage).isPresent()) {
        return question.failed("it has an HTML page there: something else answers in its place");
      }
      Optional<Digest> digest =
          exchange.status() == 200
              ? exchange.header(DIGEST).flatMap(Digest::parse)
              : Optional.empty();
      if (digest.isPresent()
          && reference instanceof Digest wanted
          && digest.get().algorithm() == wanted.algorithm()
          && !digest.get().equals(wanted)) {
        return question.failed("it says that its digest is " + digest.get());
      }
      return new Answer.Found<>(new ManifestHead(digest));
    }
  }

  Answer<UpstreamManifest> get(Question question, RepositoryName repository, Reference reference) {
    Answer<Exchange> answer =
        client.ask(
            question,
            "GET",
            repository,
            "manifests/" + reference,
            Headers.none().with("Accept", ACCEPT),
            Set.of(200));
    if (!(answer instanceof Answer.Found<Exchange>(Exchange exchange))) {
      return answer.withoutValue();
    }
    try (exchange) {
      Optional<String> encoding = exchange.header("Content-Encoding");
      if (encoding.isPresent() && !encoding.get().equalsIgnoreCase("identity")) {
        return question.failed("it sent the manifest encoded, though that was not asked for");
      }
      byte[] content = exchange.content(ManifestReader.MAX_SIZE);
      return check(question, reference, exchange, content);
    } catch (IOException e) {
      return question.failed(e);
    }
  }

  private static Answer<UpstreamManifest> check(
      Question question, Reference reference, Exchange exchange, byte[] content) {
    Optional<Digest> expected =
        reference instanceof Digest wanted
            ? Optional.of(wanted)
            : exchange.header(DIGEST).flatMap(Digest::parse);
    Digest.Algorithm algorithm = expected.map(Digest::algorithm).orElse(Digest.Algorithm.SHA256);
    Digest actual = Digest.of(algorithm, content);
    if (expected.isPresent() && !expected.get().equals(actual)) {
      return question.failed(
          "the digest of what it sent is %s, not %s".formatted(actual, expected.get()));
    }
    Optional<JsonNode> json = json(content);
    if (json.isEmpty()) {
      return question.failed("what it sent is not a manifest, since it isn't a JSON object");
    }
    Optional<MediaType> type =
        exchange
            .header("Content-Type")
            .filter(value -> !value.isBlank())
            .or(() -> Optional.ofNullable(json.get().path("mediaType").textValue()))
            .map(MediaType::parse);
    return type.isPresent()
        ? new Answer.Found<>(new UpstreamManifest(actual, type.get(), content))
        : question.failed("it doesn't say which type of manifest it sent");
  }

  private static Optional<JsonNode> json(byte[] content) {
    try {
      return Optional.of(JSON.readTree(content)).filter(JsonNode::isObject);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
