package dev.larder.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.larder.http.Headers;
import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RepositoryName;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Asks an upstream for lists, page by page.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#content-discovery">OCI
 *     distribution specification, content discovery</a>
 */
record ListRequests(UpstreamClient client) {
  /**
   * The longest page that is read, in bytes. Some registries send all tags at once: this is room
   * for some hundred thousand.
   */
  private static final int MAX_SIZE = 16 << 20;

  /** What a query can't have in it, a percent sign that escapes nothing among it. */
  private static final Pattern ILLEGAL =
      Pattern.compile("[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]|%(?![0-9A-Fa-f]{2})");

  private static final JsonFactory JSON = new JsonFactory();

  Answer<Page> tags(Question question, RepositoryName repository, String query) {
    Headers headers = Headers.none().with("Accept", "application/json");
    Answer<Exchange> answer =
        client.ask(question, "GET", repository, "tags/list" + suffix(query), headers, Set.of(200));
    if (!(answer instanceof Answer.Found<Exchange>(Exchange exchange))) {
      return answer.withoutValue();
    }
    try (exchange) {
      byte[] content = exchange.content(MAX_SIZE);
      return isJson(content)
          ? page(exchange, content)
          : question.failed("what it sent is not a list of tags, since it isn't a JSON object");
    } catch (IOException e) {
      return question.failed(e);
    }
  }

  Answer<Page> referrers(
      Question question, RepositoryName repository, Digest subject, String query) {
    Headers headers =
        Headers.none().with("Accept", MediaType.OCI_INDEX.value() + ", application/json");
    Answer<Exchange> answer =
        client.ask(
            question,
            "GET",
            repository,
            "referrers/" + subject + suffix(query),
            headers,
            Set.of(200, 400, 404, 405, 501));
    if (!(answer instanceof Answer.Found<Exchange>(Exchange exchange))) {
      return answer.withoutValue();
    }
    try (exchange) {
      byte[] content = exchange.status() == 200 ? exchange.content(MAX_SIZE) : new byte[0];
      return isJson(content)
          ? page(exchange, content)
          : new Answer.Absent<>(
              "%s has no referrers API, it answered %d for the %s"
                  .formatted(question.settings().name(), exchange.status(), question.subject()));
    } catch (IOException e) {
      return question.failed(e);
    }
  }

  private static Answer<Page> page(Exchange exchange, byte[] content) {
    return new Answer.Found<>(new Page(content, Links.next(exchange.headers("Link"))));
  }

  private static boolean isJson(byte[] content) throws IOException {
    try (JsonParser parser = JSON.createParser(content)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** The query with a question mark; whatever a URL mustn't hold is escaped. */
  private static String suffix(String query) {
    if (query.isEmpty()) {
      return "";
    }
    return "?"
        + ILLEGAL
            .matcher(query)
            .replaceAll(match -> URLEncoder.encode(match.group(), StandardCharsets.UTF_8));
  }
}
