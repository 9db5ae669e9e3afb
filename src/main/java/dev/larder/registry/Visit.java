package dev.larder.registry;

import dev.larder.http.Query;
import dev.larder.http.Request;
import dev.larder.http.Response;
import dev.larder.store.RepositoryKey;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/** What an access log will say of one request, gathered while it is answered. */
final class Visit {
  private final Request request;
  private final InstantSource clock;
  private final Consumer<Access> log;
  private final Instant began;
  private Optional<Endpoint> endpoint = Optional.empty();
  private Optional<RepositoryKey> repository = Optional.empty();
  private Optional<Sender> sender = Optional.empty();
  private long received;

  Visit(Request request, InstantSource clock, Consumer<Access> log) {
    this.request = request;
    this.clock = clock;
    this.log = log;
    this.began = clock.instant();
  }

  /** The request; what is read of its body is counted, and that it breaks off is told apart. */
  Request request() {
    return new Request(
        request.method(),
        request.path(),
        request.rawQuery(),
        request.headers(),
        request.scheme(),
        request.local(),
        request.remote(),
        new CountedBody(request.body()));
  }

  /** Notes what the request is for. */
  void asksFor(Endpoint asked) {
    endpoint = Optional.of(asked);
  }

  /** Notes which repository it means. */
  void means(RepositoryKey key) {
    repository = Optional.of(key);
  }

  /** Notes who sends it. */
  void sentBy(Sender known) {
    sender = Optional.of(known);
  }

  /** The response of {@code reply}, which is logged when it was sent. */
  Response answered(Reply reply) {
    Response response = reply.response();
    return response.whenSent(
        sent ->
            log(
                response.status(),
                reply.outcome(),
                sent.bodyBytes(),
                sent.whole(),
                content(reply)));
  }

  /** There will be no answer: the client is gone. */
  void abandoned() {
    log(Access.CLIENT_GONE, Access.Outcome.ERROR, 0, false, Optional.empty());
  }

  /** What the answer has, or the repository has got. */
  private Optional<Access.Content> content(Reply reply) {
    Response response = reply.response();
    Optional<String> digest = response.headers().first("Docker-Content-Digest");
    if (digest.isEmpty() || response.status() >= 300 || endpoint.isEmpty()) {
      return Optional.empty();
    }
    boolean put = request.method().equals("PUT");
    return switch (endpoint.get()) {
      case Endpoint.Manifest _ ->
          Optional.of(
              new Access.Content(
                  digest.get(),
                  (put ? request.headers() : response.headers()).first("Content-Type").orElse(""),
                  put ? received : length(response),
                  Optional.empty()));
      case Endpoint.Blob _ ->
          Optional.of(new Access.Content(digest.get(), "", length(response), Optional.empty()));
      case Endpoint.Uploads _, Endpoint.Upload _ ->
          reply.stored().isEmpty()
              ? Optional.empty()
              : Optional.of(
                  new Access.Content(digest.get(), "", reply.stored().getAsLong(), mountedFrom()));
      case Endpoint.Base _,
          Endpoint.Token _,
          Endpoint.Repositories _,
          Endpoint.Tags _,
          Endpoint.Referrers _ ->
          Optional.empty();
    };
  }

  private Optional<String> mountedFrom() {
    Query query = request.query();
    return query.first("mount").isPresent() && query.first("digest").isEmpty()
        ? Optional.of(query.first("from").orElse(""))
        : Optional.empty();
  }

  /** Of all of it, where a part was asked for. */
  private static long length(Response response) {
    return response
        .headers()
        .first("Content-Range")
        .map(range -> Long.parseLong(range.substring(range.lastIndexOf('/') + 1)))
        .orElseGet(() -> response.body().length());
  }

  private void log(
      int status,
      Access.Outcome outcome,
      long sent,
      boolean whole,
      Optional<Access.Content> content) {
    log.accept(
        new Access(
            began,
            request.method(),
            endpoint.map(Endpoint::word).orElse(""),
            repository.map(key -> key.name().value()),
            repository.flatMap(RepositoryKey::upstream),
            endpoint.flatMap(Endpoint::named),
            status,
            outcome,
            sent,
            whole,
            received,
            Duration.between(began, clock.instant()),
            content,
            new Access.Client(
                request.remote(),
                request.header("User-Agent").orElse(""),
                sender.map(Sender::user).orElse(""),
                request.header("Host").orElse(""),
                Gate.scheme(request))));
  }

  private final class CountedBody extends FilterInputStream {
    CountedBody(InputStream body) {
      super(body);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        int read = in.read(bytes, offset, length);
        received += Math.max(0, read);
        return read;
      } catch (IOException e) {
        throw new BrokenBodyException(e);
      }
    }
  }
}
