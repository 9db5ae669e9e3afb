package dev.larder.registry;

/**
 * Which changes clients may make to what is hosted.
 *
 * @param pushes whether they may push
 * @param deletes whether they may delete manifests, tags and blobs
 */
public record Changes(boolean pushes, boolean deletes) {
  /** All of them. */
  public static final Changes ALL = new Changes(true, true);

  /**
   * @throws RegistryException if a request would make a change that isn't allowed
   */
  void check(Endpoint endpoint, String method) {
    if (!allow(endpoint, method)) {
      throw new RegistryException(
          ErrorResponses.methodNotAllowed(
              "%s is turned off by this registry's configuration"
                  .formatted(isDelete(endpoint, method) ? "deleting" : "pushing"),
              endpoint.methods().stream().filter(other -> allow(endpoint, other)).toList()));
    }
  }

  private boolean allow(Endpoint endpoint, String method) {
    return endpoint.mirroredMethods().contains(method)
        || (isDelete(endpoint, method) ? deletes : pushes);
  }

  /** To cancel an upload isn't to delete: it is part of a push. */
  private static boolean isDelete(Endpoint endpoint, String method) {
    return method.equals("DELETE") && !(endpoint instanceof Endpoint.Upload);
  }
}
