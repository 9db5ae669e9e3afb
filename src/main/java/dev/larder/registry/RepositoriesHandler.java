package dev.larder.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.http.Query;
import dev.larder.http.Response;
import dev.larder.oci.RepositoryName;
import dev.larder.store.Catalog;

/**
 * {@code /v2/_catalog}: the hosted repositories, in parts as tags are. The specification leaves
 * this path to registries; what is answered is what clients know from the others.
 */
final class RepositoriesHandler {
  private final Catalog catalog;

  RepositoriesHandler(Catalog catalog) {
    this.catalog = catalog;
  }

  Reply handle(Query query) {
    Paging.Page<RepositoryName> page =
        Paging.of(query).take(catalog::hostedRepositories, RepositoryName::value);
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
}
