package dev.larder.registry;

import dev.larder.http.Query;
import dev.larder.http.Request;
import dev.larder.mirror.Mirror;
import dev.larder.registry.Repository.HostedRepository;
import dev.larder.registry.Repository.MirroredRepository;
import dev.larder.registry.Repository.OverlaidRepository;
import dev.larder.store.RepositoryKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A request to an endpoint of a repository.
 *
 * @param request as it came, its body counted
 * @param path its path
 * @param query its query
 * @param repository which repository it means
 * @param mayPull whether who sends it may pull from another repository, too; may block
 */
record Call(
    Request request,
    RegistryPath path,
    Query query,
    Repository repository,
    Predicate<RepositoryKey> mayPull) {

  /** The registry in the image's name, where the client says it. */
  Optional<String> ns() {
    return query.first("ns");
  }

  /**
   * The hosted repository that takes pushes.
   *
   * @throws RegistryException if it is a mirror
   */
  RepositoryKey hosted() {
    return switch (repository) {
      case HostedRepository(RepositoryKey key) -> key;
      case OverlaidRepository(List<RepositoryKey> hosted, var _) -> hosted.getFirst();
      case MirroredRepository(Mirror mirror) ->
          throw new RegistryException(
              ErrorResponses.methodNotAllowed(
                  "%s is mirrored and can only be pulled from: push to %s of this registry, or, if it has overlays turned on, to %s of it"
                      .formatted(mirror.key(), mirror.key().name(), mirror.key()),
                  path.endpoint().mirroredMethods()));
    };
  }

  /**
   * The path of something in this repository, in the form in which this request named it, so that a
   * client that follows it means the same. Without scheme and host: so it is right behind every
   * proxy.
   *
   * @param rest what stands behind the repository's name, with a slash before it
   * @param parameters of its query, encoded
   */
  String location(String rest, List<String> parameters) {
    List<String> query = new ArrayList<>(parameters);
    ns().ifPresent(ns -> query.add("ns=" + Paging.encode(ns)));
    return path.repository() + rest + (query.isEmpty() ? "" : "?" + String.join("&", query));
  }

  /** The same without parameters. */
  String location(String rest) {
    return location(rest, List.of());
  }
}
