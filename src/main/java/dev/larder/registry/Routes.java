package dev.larder.registry;

import dev.larder.http.Query;
import dev.larder.mirror.Mirror;
import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;

/** The handlers of all endpoints. */
final class Routes {
  private final ManifestHandler manifests;
  private final BlobHandler blobs;
  private final UploadHandler uploads;
  private final TagsHandler tags;
  private final ReferrersHandler referrers;
  private final RepositoriesHandler repositories;

  Routes(Store store, InstantSource clock) {
    manifests = new ManifestHandler(store);
    blobs = new BlobHandler(store);
    uploads = new UploadHandler(store, clock);
    tags = new TagsHandler(store.catalog());
    referrers = new ReferrersHandler(store.catalog());
    repositories = new RepositoriesHandler(store.catalog());
  }

  /** Answers a request to an endpoint of a repository, by one of the methods that it knows. */
  Reply handle(Call call) throws IOException {
    return switch (call.path().endpoint()) {
      case Endpoint.Manifest(Reference reference) -> manifests.handle(call, reference);
      case Endpoint.Blob(Digest digest) -> blobs.handle(call, digest);
      case Endpoint.Uploads _ -> uploads.begin(call);
      case Endpoint.Upload(String id) -> uploads.handle(call, id);
      case Endpoint.Tags _ -> tags.handle(call);
      case Endpoint.Referrers(Digest subject) -> referrers.handle(call, subject);
      case Endpoint.Base _, Endpoint.Token _, Endpoint.Repositories _ ->
          throw new IllegalArgumentException("an endpoint without a repository");
    };
  }

  /** Answers a request for the list of those repositories that {@code mayPull} tells. */
  Reply repositories(Query query, Predicate<RepositoryKey> mayPull) {
    return repositories.handle(query, mayPull);
  }

  /** The reply to a pull of a mirrored manifest if it is in memory and fresh; never blocks. */
  Optional<Reply> ready(Call call, Mirror mirror, Reference reference) {
    return manifests.ready(call, mirror, reference);
  }
}
