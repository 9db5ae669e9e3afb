package dev.larder.registry;

import dev.larder.http.Request;
import dev.larder.registry.access.AccessControl;
import dev.larder.registry.access.Authentication;
import dev.larder.registry.access.Credentials;
import dev.larder.registry.access.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a request. Credentials are looked at where something depends on them, and once: a wrong
 * password costs one pause, however many repositories an answer is about. For one thread.
 */
final class Sender {
  private final Request request;
  private final AccessControl access;
  private @Nullable Authentication authentication;

  Sender(Request request, AccessControl access) {
    this.request = request;
    this.access = access;
  }

  Request request() {
    return request;
  }

  /** Who has logged in, as far as that was looked at; empty where it wasn't, or is nobody. */
  String user() {
    return authentication instanceof Authentication.Known(Principal.User(String name)) ? name : "";
  }

  /** What came of looking at the credentials; blocks. */
  Authentication authentication() {
    Authentication known = authentication;
    if (known == null) {
      known =
          access.authenticate(
              new Credentials(request.header("Authorization"), request.remote().getAddress()));
      authentication = known;
    }
    return known;
  }
}
