package dev.larder.cli;

import dev.larder.http.Handler;
import dev.larder.http.Headers;
import dev.larder.http.Request;
import dev.larder.http.Response;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Answers as another handler does, with the header fields that the configuration adds. */
record AddedHeaders(Handler handler, Headers headers) implements Handler {

  /** The handler with these fields; itself where there are none. */
  static Handler to(Handler handler, Headers headers) {
    return headers.isEmpty() ? handler : new AddedHeaders(handler, headers);
  }

  @Override
  public Response handle(Request request) throws IOException {
    return added(handler.handle(request));
  }

  @Override
  public Optional<Response> ready(Request request) {
    return handler.ready(request).map(this::added);
  }

  @Override
  public Response refusal(int status, String reason) {
    return added(handler.refusal(status, reason));
  }

  private Response added(Response response) {
    AtomicReference<Response> more = new AtomicReference<>(response);
    headers.forEach((name, value) -> more.updateAndGet(answer -> answer.with(name, value)));
    return more.get();
  }
}
