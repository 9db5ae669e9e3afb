package dev.larder.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.http.Query;
import dev.larder.http.Response;
import dev.larder.oci.RepositoryName;
import dev.larder.store.Catalog;
import dev.larder.store.RepositoryKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * {@code /v2/_catalog}: the hosted repositories, in parts as tags are. The specification leaves
 * this path to registries; what is answered is what clients know from the others.
 */
final class RepositoriesHandler {
  private final Catalog catalog;

  RepositoriesHandler(Catalog catalog) {
    this.catalog = catalog;
  }

  /**
   * @param mayPull which of them whoever asks may know of
   */
  Reply handle(Query query, Predicate<RepositoryKey> mayPull) {
    Paging.Page<RepositoryName> page =
        Paging.of(query)
            .take((last, count) -> repositories(last, count, mayPull), RepositoryName::value);
    ObjectNode content = JsonResponses.object();
    ArrayNode repositories = content.putArray("repositories");
    page.entries().forEach(repository -> repositories.add(repository.value()));
    Response response = JsonResponses.of(200, content);
    return Reply.hosted(
        page.next()
            .map(next -> "/v2/_catalog?" + String.join("&", next))
            .map(next -> response.with("Link", Paging.link(next)))
            .orElse(response));
  }

  private List<RepositoryName> repositories(
      Optional<String> last, int count, Predicate<RepositoryKey> mayPull) {
    List<RepositoryName> found = new ArrayList<>();
    Optional<String> after = last;
    List<RepositoryName> some;
    do {
      some = catalog.hostedRepositories(after, count);
      some.stream()
          .filter(name -> mayPull.test(RepositoryKey.hosted(name)))
          .limit(count - found.size())
          .forEach(found::add);
      after = some.isEmpty() ? after : Optional.of(some.getLast().value());
    } while (found.size() < count && some.size() == count);
    return found;
  }
}
