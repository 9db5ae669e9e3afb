package dev.larder.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request's trip: from its head to the handler, and from the handler's response to its end. */
final class Exchange {
  private static final Logger log = LoggerFactory.getLogger(Exchange.class);

  private final HttpServerRequest http;
  private final Connection connection;
  private final Handler handler;
  private final HttpDate date;
  private final InProgress inProgress;
  private final Optional<RequestBody> body;

  /** On the event loop, when the request's head has come. */
  Exchange(
      HttpServerRequest http,
      Connection connection,
      Handler handler,
      HttpDate date,
      InProgress inProgress) {
    this.http = http;
    this.connection = connection;
    this.handler = handler;
    this.date = date;
    this.inProgress = inProgress;
    this.body = connection.begin(http);
    inProgress.begin();
  }

  HttpServerRequest http() {
    return http;
  }

  Connection connection() {
    return connection;
  }

  String date() {
    return date.now();
  }

  /** Asks the handler: at once for what is in memory, else on a thread of the request's own. */
  void begin() {
    if (!namesItsHost()) {
      refuse(400, "a request has to name one host: in Host, or in :authority of HTTP/2");
      return;
    }
    if (http.version() == HttpVersion.HTTP_2
        && orEmpty(http.uri()).length() > Acceptor.MAX_REQUEST_LINE) {
      refuse(414, "the path and query are too long");
      return;
    }
    List<String> codings = http.headers().getAll("Transfer-Encoding");
    if (!codings.isEmpty()
        && !(codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked"))) {
      refuse(501, "the only transfer coding that is understood is chunked");
      return;
    }
    Request request = request();
    Optional<Response> ready;
    try {
      ready = handler.ready(request);
    } catch (RuntimeException | Error e) {
      new Answer(this, failed(e)).sendInMemory();
      return;
    }
    if (ready.isPresent() && ready.get().body() instanceof Body.Bytes) {
      new Answer(this, ready.get()).sendInMemory();
    } else {
      Thread.ofVirtual().start(() -> handle(request, ready));
    }
  }

  /** Refuses what isn't a request, or too long a one. */
  void refuseUnread() {
    Throwable cause = http.decoderResult().cause();
    switch (cause) {
      case TooLongHttpLineException _ -> refuse(414, "the request line is too long");
      case ForeignVersions.VersionException _ -> refuse(505, "HTTP/1.1 is what is spoken here");
      case TooLongHttpHeaderException _ -> refuse(431, "the header fields are too long");
      case null, default -> refuse(400, "not an HTTP request");
    }
  }

  private void refuse(int status, String reason) {
    log.debug("{} from {}: {}", status, http.remoteAddress(), reason);
    new Answer(this, refusal(status, reason)).sendInMemory();
  }

  /** On the request's thread. */
  private void handle(Request request, Optional<Response> ready) {
    Response response;
    try {
      response = ready.isPresent() ? ready.get() : handler.handle(request);
    } catch (MalformedBodyException e) {
      response = refusal(400, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      if (body.isPresent() && body.get().failed()) {
        log.debug("{} broke off", this, e);
        abandon();
        return;
      }
      response = failed(e);
    } catch (RuntimeException | Error e) {
      response = failed(e);
    }
    new Answer(this, response).send();
  }

  /** What to answer where the handler failed: that it did, and to the log alone why. */
  Response failed(Throwable cause) {
    log.error("{} failed", this, cause);
    return refusal(500, "internal error; the server's log says more");
  }

  private Response refusal(int status, String reason) {
    try {
      Response response = handler.refusal(status, reason);
      if (response.body() instanceof Body.Bytes) {
        return response;
      }
      response.body().close();
      log.error("the refusal of a request isn't in memory");
    } catch (RuntimeException e) {
      log.error("couldn't word a refusal with status {}", status, e);
    }
    return Response.of(status);
  }

  /** Whether the connection must close after this answer. */
  boolean last() {
    return connection.closesAfter(http, body, inProgress.stopping());
  }

  /**
   * The answer is out, or won't be; on the event loop.
   *
   * @param keep whether the connection may serve another request
   */
  void end(boolean keep) {
    connection.end();
    connection.release(http, body, keep);
  }

  /** Breaks off, so that the client sees that the answer isn't whole; on the event loop. */
  void cut() {
    connection.end();
    connection.cut(http);
  }

  private void abandon() {
    connection.onLoop(this::cut);
    over();
  }

  /** Nothing of the exchange is left to do. */
  void over() {
    inProgress.end();
  }

  private boolean namesItsHost() {
    return switch (http.version()) {
      case HTTP_1_0 -> true;
      case HTTP_1_1 -> http.headers().getAll("Host").size() == 1;
      case HTTP_2 -> http.authority() != null && http.headers().getAll("Host").size() <= 1;
    };
  }

  /** As they were sent; what HTTP/2 says by :authority is the Host field that others send. */
  private Headers headers() {
    Headers sent = Headers.of(http.headers());
    HostAndPort authority = http.authority();
    return http.version() == HttpVersion.HTTP_2
            && authority != null
            && !http.headers().contains("Host")
        ? sent.with("Host", authority.toString())
        : sent;
  }

  private Request request() {
    return new Request(
        http.method().name(),
        orEmpty(http.path()),
        orEmpty(http.query()),
        headers(),
        http.isSSL() ? "https" : "http",
        connection.local(),
        connection.remote(),
        body.<InputStream>map(stream -> stream).orElseGet(InputStream::nullInputStream));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  @Override
  public String toString() {
    return http.method() + " " + http.path();
  }
}
