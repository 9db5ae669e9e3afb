package dev.larder.upstream;

import dev.larder.http.Headers;
import dev.larder.oci.Digest;
import dev.larder.oci.RepositoryName;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks an upstream for blobs, and for the rest of blobs.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#section-14">RFC 9110, range
 *     requests</a>
 */
record BlobRequests(UpstreamClient client) {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/(?:([0-9]{1,18})|\\*)");
  private static final Pattern UNSATISFIED = Pattern.compile("bytes \\*/([0-9]{1,18})");

  Answer<Long> head(Question question, RepositoryName repository, Digest digest) {
    Answer<Exchange> answer =
        client.ask(
            question, "HEAD", repository, "blobs/" + digest, Headers.none(), Set.of(200, 405, 501));
    if (!(answer instanceof Answer.Found<Exchange>(Exchange exchange))) {
      return answer.withoutValue();
    }
    try (exchange) {
      if (exchange.header("Content-Type").filter(BlobRequests::isPage).isPresent()) {
        return question.failed("it has an HTML page there: something else answers in its place");
      }
      if (exchange.status() == 200 && exchange.contentLength().isPresent()) {
        return new Answer.Found<>(exchange.contentLength().getAsLong());
      }
    }
    return lengthByGet(question, repository, digest);
  }

  /** For upstreams that don't do HEAD, or don't say a length there. */
  private Answer<Long> lengthByGet(Question question, RepositoryName repository, Digest digest) {
    Answer<BlobStream> answer = get(question, repository, digest, 0, Optional.empty());
    if (!(answer instanceof Answer.Found<BlobStream>(BlobStream stream))) {
      return answer.withoutValue();
    }
    try (stream) {
      return stream.length().isPresent()
          ? new Answer.Found<>(stream.length().getAsLong())
          : question.failed("it doesn't say how long the blob is");
    } catch (IOException e) {
      return question.failed(e);
    }
  }

  Answer<BlobStream> get(
      Question question,
      RepositoryName repository,
      Digest digest,
      long offset,
      Optional<String> etag) {
    Headers headers = offset > 0 ? range("bytes=%d-".formatted(offset), etag) : Headers.none();
    Answer<Exchange> answer =
        client.ask(question, "GET", repository, "blobs/" + digest, headers, Set.of(200, 206, 416));
    if (!(answer instanceof Answer.Found<Exchange>(Exchange exchange))) {
      return answer.withoutValue();
    }
    return exchange.status() == 416
        ? unsatisfied(question, repository, digest, exchange, offset)
        : stream(question, exchange, offset);
  }

  /**
   * Asks for the bytes from {@code first} to {@code last}, both included: where the registry has
   * sent us for {@code of} as long as we are let in there, so that it isn't asked for each part.
   */
  Answer<BlobStream> getPart(
      Question question,
      RepositoryName repository,
      Digest digest,
      long first,
      long last,
      BlobStream of) {
    Headers headers = range("bytes=%d-%d".formatted(first, last), of.etag());
    if (of.location().isPresent()) {
      Answer<Exchange> there =
          client.askThere(question, of.location().get(), headers, Set.of(200, 206, 401, 403));
      if (!(there instanceof Answer.Found<Exchange>(Exchange exchange))) {
        return there.withoutValue();
      }
      if (exchange.status() == 200 || exchange.status() == 206) {
        return stream(question, exchange, first);
      }
      exchange.drain(); // a signed URL has its time
    }
    Answer<Exchange> answer =
        client.ask(question, "GET", repository, "blobs/" + digest, headers, Set.of(200, 206));
    return answer instanceof Answer.Found<Exchange>(Exchange exchange)
        ? stream(question, exchange, first)
        : answer.withoutValue();
  }

  private static Headers range(String range, Optional<String> etag) {
    Headers headers = Headers.none().with("Range", range);
    // A weak one doesn't say that the bytes are the same, and mustn't be sent here.
    Optional<String> strong = etag.filter(tag -> tag.startsWith("\""));
    return strong.isPresent() ? headers.with("If-Range", strong.get()) : headers;
  }

  private Answer<BlobStream> stream(Question question, Exchange exchange, long offset) {
    return exchange.status() == 200 ? whole(question, exchange) : part(question, exchange, offset);
  }

  private Answer<BlobStream> whole(Question question, Exchange exchange) {
    if (exchange.header("Content-Type").filter(BlobRequests::isPage).isPresent()) {
      exchange.close();
      return question.failed("it sent an HTML page: something else answers in its place");
    }
    return stream(question, exchange, 0, exchange.contentLength());
  }

  static boolean isPage(String contentType) {
    return contentType.regionMatches(true, 0, "text/html", 0, "text/html".length());
  }

  private Answer<BlobStream> part(Question question, Exchange exchange, long offset) {
    Matcher range = CONTENT_RANGE.matcher(exchange.header("Content-Range").orElse(""));
    if (!range.matches() || offset == 0 || Long.parseLong(range.group(1)) != offset) {
      exchange.close();
      return question.failed("it sent another range than the one from byte " + offset);
    }
    OptionalLong length =
        range.group(3) == null
            ? OptionalLong.empty()
            : OptionalLong.of(Long.parseLong(range.group(3)));
    return stream(question, exchange, offset, length);
  }

  private Answer<BlobStream> stream(
      Question question, Exchange exchange, long offset, OptionalLong length) {
    return new Answer.Found<>(
        new BlobStream(
            new BlobBody(question, exchange),
            offset,
            length,
            exchange.header("ETag"),
            client.location(exchange)));
  }

  /** There is nothing at {@code offset}: either all was there before it, or the blob is another. */
  private Answer<BlobStream> unsatisfied(
      Question question, RepositoryName repository, Digest digest, Exchange exchange, long offset) {
    Matcher range = UNSATISFIED.matcher(exchange.header("Content-Range").orElse(""));
    exchange.drain();
    if (offset == 0) {
      return question.failed("it answered 416, though all of it was asked for");
    }
    if (range.matches() && Long.parseLong(range.group(1)) == offset) {
      return new Answer.Found<>(
          new BlobStream(
              InputStream.nullInputStream(),
              offset,
              OptionalLong.of(offset),
              Optional.empty(),
              Optional.empty()));
    }
    return get(question, repository, digest, 0, Optional.empty());
  }
}
