package dev.larder.events;

import dev.larder.oci.RegistryName;
import dev.larder.registry.Access;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that has happened.
 *
 * @param at when it was over
 * @param target to what
 * @param outcome of a pull, where it came from, as {@code Larder-Cache} says it; of an eviction,
 *     why it came about; else empty
 * @param bytes how many went to or came from a client or an upstream, or were given back
 * @param took how long it took; zero if that isn't known
 * @param failure of a fetch, why it failed: a sentence
 * @param request by which it came about, if it was one
 */
public record Event(
    Instant at,
    Kind kind,
    Target target,
    String outcome,
    long bytes,
    Duration took,
    Optional<String> failure,
    Optional<Request> request) {

  /**
   * What it happened to.
   *
   * @param blob whether that is a blob, and not a manifest or a tag
   * @param upstream the registry that the repository mirrors
   * @param repository its name there
   * @param tag by which it was named
   * @param digest empty where only a tag is known
   * @param mediaType empty for a blob, and where it isn't known
   * @param size in bytes, of all of it; 0 where it isn't known
   * @param mountedFrom as {@link Access.Content} has it
   */
  public record Target(
      boolean blob,
      Optional<RegistryName> upstream,
      String repository,
      Optional<String> tag,
      Optional<String> digest,
      String mediaType,
      long size,
      Optional<String> mountedFrom) {

    /** The repository with its registry: {@code quay.io/org/app}, {@code app}. */
    public String repositoryName() {
      return upstream.map(registry -> registry + "/").orElse("") + repository;
    }

    /** {@code quay.io/org/app:1}, or with the digest where there is no tag. */
    public String name() {
      return repositoryName()
          + tag.map(name -> ":" + name).or(() -> digest.map(name -> "@" + name)).orElse("");
    }
  }

  /**
   * A request.
   *
   * @param method HTTP's
   */
  public record Request(String method, Access.Client client) {}
}
