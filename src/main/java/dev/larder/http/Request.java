package dev.larder.http;

import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A request whose head has come.
 *
 * @param method in upper case
 * @param path as it was sent, before the question mark, not decoded
 * @param rawQuery what stands after the question mark, not decoded; empty if nothing does
 * @param headers its header fields
 * @param scheme {@code http} or {@code https}
 * @param local the address it was sent to
 * @param remote the address it came from
 * @param body its body; reading blocks until bytes come, ends at the body's end, and throws {@link
 *     java.io.IOException} if the client is gone before that. The first read sends 100 Continue
 *     where the client waits for it
 */
public record Request(
    String method,
    String path,
    String rawQuery,
    Headers headers,
    String scheme,
    InetSocketAddress local,
    InetSocketAddress remote,
    InputStream body) {

  /** The value of the first header field of that name. */
  public Optional<String> header(String name) {
    return headers.first(name);
  }

  /**
   * The parameters of the query.
   *
   * @throws IllegalArgumentException if it isn't well encoded
   */
  public Query query() {
    return Query.parse(rawQuery);
  }
}
