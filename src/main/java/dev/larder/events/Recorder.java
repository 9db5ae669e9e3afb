package dev.larder.events;

import dev.larder.mirror.Fetched;
import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.Reference;
import dev.larder.oci.Tag;
import dev.larder.registry.Access;
import dev.larder.store.CachedContent;
import dev.larder.store.Eviction;
import dev.larder.store.RepositoryKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes events of what the parts of a Larder tell. Of requests, only those that were answered whole
 * and well are events; a look by HEAD at a blob is none, since clients do that to know whether they
 * need to push it.
 */
public final class Recorder {
  private final Events events;

  public Recorder(Events events) {
    this.events = events;
  }

  /** Records a request, if it is an event. Never blocks. */
  public void answered(Access access) {
    if (access.repository().isEmpty() || access.status() >= 300 || !access.whole()) {
      return;
    }
    switch (access.endpoint()) {
      case "manifest" -> record(manifestKind(access.method()), false, access);
      case "blob" -> {
        if (!access.method().equals("HEAD")) {
          record(access.method().equals("DELETE") ? Kind.DELETE : Kind.PULL, true, access);
        }
      }
      case "upload" ->
          access
              .content()
              .ifPresent(
                  content ->
                      record(
                          content.mountedFrom().isPresent() ? Kind.MOUNT : Kind.PUSH,
                          true,
                          access));
      default -> {}
    }
  }

  private static Kind manifestKind(String method) {
    return switch (method) {
      case "PUT" -> Kind.PUSH;
      case "DELETE" -> Kind.DELETE;
      default -> Kind.PULL;
    };
  }

  private void record(Kind kind, boolean blob, Access access) {
    Optional<String> named = blob ? Optional.empty() : access.reference();
    Optional<Access.Content> content = access.content();
    events.add(
        new Event(
            access.at().plus(access.duration()),
            kind,
            new Event.Target(
                blob,
                access.upstream(),
                access.repository().orElseThrow(),
                named.filter(name -> !isDigest(name)),
                content
                    .map(Access.Content::digest)
                    .or(() -> access.reference().filter(Recorder::isDigest)),
                content.map(Access.Content::mediaType).orElse(""),
                content.map(Access.Content::size).orElse(0L),
                content.flatMap(Access.Content::mountedFrom)),
            kind == Kind.PULL ? access.outcome().name().toLowerCase(Locale.ROOT) : "",
            blob && kind == Kind.PUSH
                ? content.orElseThrow().size() // most of it has come in requests before this one
                : access.bytesSent() + access.bytesReceived(),
            access.duration(),
            Optional.empty(),
            Optional.of(new Event.Request(access.method(), access.client()))));
  }

  private static boolean isDigest(String reference) {
    return reference.indexOf(':') >= 0;
  }

  /** Records a fetch. Never blocks. */
  public void fetched(Fetched fetched) {
    events.add(
        new Event(
            fetched.at(),
            Kind.FETCH,
            new Event.Target(
                fetched.blob(),
                fetched.repository().upstream(),
                fetched.repository().name().value(),
                fetched.reference() instanceof Tag tag
                    ? Optional.of(tag.value())
                    : Optional.empty(),
                fetched
                    .digest()
                    .map(Digest::toString)
                    .or(
                        () ->
                            fetched.reference() instanceof Digest digest
                                ? Optional.of(digest.toString())
                                : Optional.empty()),
                fetched.mediaType().map(MediaType::value).orElse(""),
                fetched.bytes(),
                Optional.empty()),
            "",
            fetched.bytes(),
            fetched.took(),
            fetched.failure(),
            Optional.empty()));
  }

  /** Records that something was evicted. Never blocks. */
  public void evicted(Instant at, Eviction eviction) {
    CachedContent content = eviction.content();
    events.add(
        new Event(
            at,
            Kind.EVICT,
            new Event.Target(
                content.kind() == CachedContent.Kind.BLOB,
                content.repository().upstream(),
                content.repository().name().value(),
                eviction.tags().stream().findFirst().map(Tag::value),
                Optional.of(content.digest().toString()),
                "",
                eviction.bytes(),
                Optional.empty()),
            eviction.reason().name().toLowerCase(Locale.ROOT),
            eviction.bytes(),
            Duration.ZERO,
            Optional.empty(),
            Optional.empty()));
  }

  /** Records that an image was removed by command. Never blocks. */
  public void removed(Instant at, RepositoryKey repository, Reference reference) {
    events.add(
        new Event(
            at,
            Kind.DELETE,
            new Event.Target(
                false,
                repository.upstream(),
                repository.name().value(),
                reference instanceof Tag tag ? Optional.of(tag.value()) : Optional.empty(),
                reference instanceof Digest digest
                    ? Optional.of(digest.toString())
                    : Optional.empty(),
                "",
                0,
                Optional.empty()),
            "",
            0,
            Duration.ZERO,
            Optional.empty(),
            Optional.empty()));
  }
}
