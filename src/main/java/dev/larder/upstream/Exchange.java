package dev.larder.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;

/** An answer whose body hasn't been read yet. Whoever has it closes it. */
final class Exchange implements Closeable {
  /** As much of an unwanted body as is read to keep its connection. */
  private static final int WORTH_DRAINING = 64 << 10;

  private final HttpUriRequestBase request;
  private final ClassicHttpResponse response;
  private final URI uri;
  private boolean ended;

  Exchange(HttpUriRequestBase request, ClassicHttpResponse response, URI uri) {
    this.request = request;
    this.response = response;
    this.uri = uri;
    this.ended = response.getEntity() == null;
  }

  int status() {
    return response.getCode();
  }

  /** Who has answered, after redirects. */
  URI uri() {
    return uri;
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(response.getFirstHeader(name)).map(Header::getValue);
  }

  List<String> headers(String name) {
    return Stream.of(response.getHeaders(name)).map(Header::getValue).toList();
  }

  /** What {@code Content-Length} says, to a HEAD too. */
  OptionalLong contentLength() {
    Optional<String> length = header("Content-Length").filter(l -> l.matches("[0-9]{1,18}"));
    return length.isPresent()
        ? OptionalLong.of(Long.parseLong(length.get()))
        : OptionalLong.empty();
  }

  /** Reads up to {@code buffer.length} bytes of the body; -1 at its end. */
  int read(byte[] buffer, int offset, int length) throws IOException {
    HttpEntity entity = response.getEntity();
    InputStream body = entity == null ? InputStream.nullInputStream() : entity.getContent();
    int read = body.read(buffer, offset, length);
    ended |= read < 0;
    return read;
  }

  /**
   * The whole body.
   *
   * @throws UpstreamException if it has more bytes than {@code limit}
   */
  byte[] content(int limit) throws IOException {
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return new byte[0];
    }
    if (contentLength().orElse(0) <= limit) {
      byte[] content = entity.getContent().readNBytes(limit + 1);
      if (content.length <= limit) {
        ended = true;
        return content;
      }
    }
    throw new UpstreamException("sent more than %d bytes".formatted(limit));
  }

  /** The beginning of an error's body, for what it says; empty where that can't be had. */
  byte[] excerpt() {
    try {
      return content(WORTH_DRAINING);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  /** Reads what is left if that is little, so that the connection can be used again. */
  void drain() {
    excerpt();
    close();
  }

  /** Ends it. What hasn't been read costs the connection, since reading it could cost more. */
  @Override
  public void close() {
    if (!ended) {
      request.cancel();
    }
    try {
      response.close();
    } catch (IOException e) {
      // it was cancelled with a rest unread: that is what closing then says
    }
  }
}
