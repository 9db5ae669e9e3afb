package dev.larder.registry;

import dev.larder.http.Request;
import dev.larder.mirror.Mirror;
import dev.larder.oci.RegistryName;
import java.util.Optional;

/**
 * Which clients are told of an upstream's challenges, and may meet them with a token of their own.
 * Only who takes us for a mirror of that very registry, which {@code ?ns=} says: its secret for the
 * image's registry then goes to where that registry sends it. Who calls the image by a name of ours
 * would send there what it has for us. And only where anybody may pull here: elsewhere the
 * request's one credential is for us.
 */
final class Passing {
  private final Gate gate;

  Passing(Gate gate) {
    this.gate = gate;
  }

  /** The mirror as who sends the request may see it; never blocks. */
  Mirror mirror(Mirror mirror, Request request, Namespaces.Meaning meaning, Optional<String> ns) {
    Optional<RegistryName> upstream = mirror.key().upstream();
    boolean takesChallenges =
        ns.filter(name -> isNamed(upstream, name)).isPresent() && gate.isOpenForPulls(meaning);
    return takesChallenges ? mirror.forClient(gate.upstreamsToken(request)) : mirror;
  }

  /** Most say it in the form in which it stands here. */
  private static boolean isNamed(Optional<RegistryName> upstream, String name) {
    return upstream.filter(registry -> registry.value().equals(name)).isPresent()
        || RegistryName.parse(name).equals(upstream);
  }
}
