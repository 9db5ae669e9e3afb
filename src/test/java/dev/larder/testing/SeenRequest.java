package dev.larder.testing;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request as a fake server saw it.
 *
 * @param target the path and query as they stood in the request line
 * @param headers its header fields; names in lower case
 * @param body its body as text, empty for most
 */
public record SeenRequest(String method, String target, Map<String, String> headers, String body) {

  /** The target without its query. */
  public String path() {
    int question = target.indexOf('?');
    return question < 0 ? target : target.substring(0, question);
  }

  /** What stands after the question mark, empty where there is none. */
  public String query() {
    int question = target.indexOf('?');
    return question < 0 ? "" : target.substring(question + 1);
  }

  /** The value of a header field. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /** The same, with a range that has no end. */
  SeenRequest withOpenRange() {
    Map<String, String> changed = new HashMap<>(headers);
    changed.computeIfPresent("range", (_, range) -> range.replaceFirst("-[0-9]+$", "-"));
    return new SeenRequest(method, target, changed, body);
  }

  public boolean isManifest() {
    return path().contains("/manifests/");
  }

  public boolean isBlob() {
    return path().contains("/blobs/");
  }

  public boolean isToken() {
    return path().equals(FakeAuthentication.TOKEN_PATH);
  }

  /** {@code GET /v2/app/manifests/1.0}: method and target. */
  @Override
  public String toString() {
    return method + " " + target;
  }
}
