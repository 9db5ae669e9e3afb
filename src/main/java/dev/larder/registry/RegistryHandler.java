package dev.larder.registry;

import dev.larder.http.Handler;
import dev.larder.http.MalformedBodyException;
import dev.larder.http.Query;
import dev.larder.http.Request;
import dev.larder.http.Response;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.Mirrors;
import dev.larder.oci.ErrorCode;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.registry.Repository.HostedRepository;
import dev.larder.registry.Repository.MirroredRepository;
import dev.larder.registry.Repository.OverlaidRepository;
import dev.larder.registry.access.AccessControl;
import dev.larder.registry.access.Action;
import dev.larder.store.FullDisk;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The distribution API over what is hosted here and what is mirrored. */
public final class RegistryHandler implements Handler {
  private static final Logger log = LoggerFactory.getLogger(RegistryHandler.class);

  private final Namespaces namespaces;
  private final Mirrors mirrors;
  private final Gate gate;
  private final Passing passing;
  private final InstantSource clock;
  private final Consumer<Access> accessLog;
  private final Changes changes;
  private final Routes routes;
  private final ProbeImage probe = new ProbeImage();

  /**
   * The handler of a listener that isn't bound to an upstream.
   *
   * @param ownNames what images that were pushed here may be called by: {@code localhost:5000}
   * @param layering what may be pushed over what is mirrored
   * @param store what is hosted here
   * @param mirrors what is mirrored
   * @param access who may do what
   * @param clock tells when an upload was left behind, and how long answers take
   * @param accessLog is told of each request when its answer was sent; must not block
   * @param changes which changes clients may make
   */
  public RegistryHandler(
      Predicate<RegistryName> ownNames,
      Layering layering,
      Store store,
      Mirrors mirrors,
      AccessControl access,
      InstantSource clock,
      Consumer<Access> accessLog,
      Changes changes) {
    this(
        new Namespaces(ownNames, Optional.empty(), layering, store.overlays()::over),
        mirrors,
        new Gate(access),
        clock,
        accessLog,
        changes,
        new Routes(store, clock));
  }

  private RegistryHandler(
      Namespaces namespaces,
      Mirrors mirrors,
      Gate gate,
      InstantSource clock,
      Consumer<Access> accessLog,
      Changes changes,
      Routes routes) {
    this.namespaces = namespaces;
    this.mirrors = mirrors;
    this.gate = gate;
    this.passing = new Passing(gate);
    this.clock = clock;
    this.accessLog = accessLog;
    this.changes = changes;
    this.routes = routes;
  }

  /**
   * The same for a listener that is bound to an upstream: whoever names no registry there pulls
   * what was pushed here, and from that one what wasn't. They share the uploads in progress.
   */
  public RegistryHandler boundTo(RegistryName upstream) {
    return new RegistryHandler(
        namespaces.boundTo(upstream), mirrors, gate, clock, accessLog, changes, routes);
  }

  @Override
  public Response handle(Request request) throws IOException {
    Visit visit = new Visit(request, clock, accessLog);
    try {
      return visit.answered(reply(visit));
    } catch (RegistryException e) {
      return visit.answered(Reply.error(e.response()));
    } catch (BrokenBodyException e) {
      if (e.getCause() instanceof MalformedBodyException malformed) {
        return visit.answered(
            Reply.error(ErrorResponses.refusal(400, String.valueOf(malformed.getMessage()))));
      }
      visit.abandoned();
      throw e;
    } catch (IOException | UncheckedIOException e) {
      if (FullDisk.isCause(e)) {
        log.warn("{} {}: {}", request.method(), request.path(), e.getMessage());
      } else {
        log.error("{} {}: the store failed", request.method(), request.path(), e);
      }
      return visit.answered(Reply.error(ErrorResponses.storeFailed(e)));
    } catch (RuntimeException e) {
      log.error("{} {} failed", request.method(), request.path(), e);
      return visit.answered(Reply.error(ErrorResponses.fault()));
    }
  }

  private Reply reply(Visit visit) throws IOException {
    Request request = visit.request();
    RegistryPath path = RegistryPath.parse(request.path());
    visit.asksFor(path.endpoint());
    if (!path.endpoint().methods().contains(request.method())) {
      throw new RegistryException(
          ErrorResponses.methodNotAllowed(
              "%s doesn't do %s".formatted(request.path(), request.method()),
              path.endpoint().methods()));
    }
    Query query = query(request);
    Optional<String> ns = query.first("ns");
    Optional<Reply> probed = probe.reply(request, path.endpoint(), ns);
    if (probed.isPresent()) {
      return scoped(probed.get(), ns);
    }
    Sender sender = gate.sender(request);
    Predicate<RepositoryKey> mayPull = key -> gate.mayPull(sender, key);
    switch (path.endpoint()) {
      case Endpoint.Base _ -> {
        return base(sender, path, ns);
      }
      case Endpoint.Token _ -> {
        return gate.token(sender);
      }
      case Endpoint.Repositories _ -> {
        requireHosted(path, ns);
        if (!gate.isPublic()) {
          gate.requireLogin(sender);
        }
        return routes.repositories(query, mayPull);
      }
      default -> {}
    }
    boolean pulls = path.endpoint().mirroredMethods().contains(request.method());
    Namespaces.Meaning meaning = namespaces.repository(path, ns, pulls);
    visit.means(meaning.first());
    changes.check(path.endpoint(), request.method());
    visit.sentBy(sender);
    requireAccess(sender, path.endpoint(), meaning);
    Reply reply =
        marked(
            meaning,
            routes.handle(
                new Call(request, path, query, repository(request, meaning, ns), mayPull)));
    if (reply.outcome() == Access.Outcome.OVERLAY
        || (pulls && reply.outcome() != Access.Outcome.HOSTED)) {
      meaning.mirrored().ifPresent(visit::means);
    }
    return scoped(reply, ns);
  }

  /** A handler tells them apart only where it has looked in more than one place. */
  private static Reply marked(Namespaces.Meaning meaning, Reply reply) {
    return reply.outcome() == Access.Outcome.HOSTED && meaning.isOverlay()
        ? new Reply(
            MirrorReplies.overlaid(meaning.first(), reply.response()).response(),
            Access.Outcome.OVERLAY,
            reply.stored())
        : reply;
  }

  @Override
  public Optional<Response> ready(Request request) {
    try {
      Visit visit = new Visit(request, clock, accessLog);
      return readyReply(visit).map(visit::answered);
    } catch (RegistryException e) {
      return Optional.empty();
    }
  }

  private Optional<Reply> readyReply(Visit visit) {
    Request request = visit.request();
    RegistryPath path = RegistryPath.parse(request.path());
    visit.asksFor(path.endpoint());
    if (!path.endpoint().mirroredMethods().contains(request.method())) {
      return Optional.empty();
    }
    if (path.endpoint() instanceof Endpoint.Base) {
      return gate.knowsAtOnce(request)
          ? Optional.of(base(gate.sender(request), path, query(request).first("ns")))
          : Optional.empty();
    }
    if (!(path.endpoint() instanceof Endpoint.Manifest(Reference reference))) {
      return Optional.empty();
    }
    Query query = query(request);
    Namespaces.Meaning meaning = namespaces.repository(path, query.first("ns"), true);
    if (!meaning.hosted().isEmpty()) {
      return Optional.empty();
    }
    RepositoryKey key = meaning.first();
    visit.means(key);
    if (!gate.isOpenFor(Action.PULL, key)) {
      return Optional.empty();
    }
    return mirror(request, meaning, query.first("ns"))
        .flatMap(
            mirror ->
                routes.ready(
                    new Call(request, path, query, new MirroredRepository(mirror), _ -> false),
                    mirror,
                    reference))
        .map(reply -> scoped(reply, query.first("ns")));
  }

  @Override
  public Response refusal(int status, String reason) {
    return ErrorResponses.refusal(status, reason);
  }

  /**
   * Not challenged for a mirror whose content is public: a client would answer with what it has for
   * the origin.
   */
  private Reply base(Sender sender, RegistryPath path, Optional<String> ns) {
    if (!gate.isOpen() && !(gate.isPublic() && isMirror(path, ns))) {
      gate.requireLogin(sender);
    }
    return Reply.hosted(
        JsonResponses.of(200, JsonResponses.object())
            .with("Docker-Distribution-API-Version", "registry/2.0"));
  }

  /** Whether a client that names no repository takes us for a mirror. */
  private boolean isMirror(RegistryPath path, Optional<String> ns) {
    return namespaces.isBound() || namespaces.upstream(path, ns).isPresent();
  }

  /** What the first hasn't may come from the others, to be pulled or pushed. */
  private void requireAccess(Sender sender, Endpoint endpoint, Namespaces.Meaning meaning) {
    gate.require(sender, endpoint.action(sender.request().method()), meaning.first());
    meaning.others().forEach(other -> gate.require(sender, Action.PULL, other));
  }

  private void requireHosted(RegistryPath path, Optional<String> ns) {
    namespaces
        .upstream(path, ns)
        .ifPresent(
            upstream -> {
              throw new RegistryException(
                  ErrorResponses.unknownPath("_catalog for a mirrored registry: " + upstream));
            });
  }

  private static Query query(Request request) {
    try {
      return request.query();
    } catch (IllegalArgumentException e) {
      throw new RegistryException(
          ErrorCode.NAME_INVALID, "the query isn't well encoded: " + e.getMessage());
    }
  }

  private Repository repository(Request request, Namespaces.Meaning meaning, Optional<String> ns) {
    RepositoryKey first = meaning.first();
    Optional<Mirror> mirror = mirror(request, meaning, ns);
    if (meaning.hosted().isEmpty()) {
      return mirror
          .<Repository>map(MirroredRepository::new)
          .or(() -> unpushed(request, first, ns).map(HostedRepository::new))
          .orElseThrow(() -> notAllowed(first));
    }
    return mirror
        .<Repository>map(beneath -> new OverlaidRepository(meaning.hosted(), beneath))
        .orElseGet(() -> new HostedRepository(first));
  }

  /** Who pushes asks first what is there, and would give up where that is forbidden. */
  private Optional<RepositoryKey> unpushed(
      Request request, RepositoryKey mirrored, Optional<String> ns) {
    return request.method().equals("HEAD") ? namespaces.overlay(mirrored, ns) : Optional.empty();
  }

  private Optional<Mirror> mirror(
      Request request, Namespaces.Meaning meaning, Optional<String> ns) {
    return meaning
        .mirrored()
        .flatMap(key -> key.upstream().flatMap(upstream -> mirrors.mirror(upstream, key.name())))
        .map(mirror -> passing.mirror(mirror, request, meaning, ns));
  }

  private static RegistryException notAllowed(RepositoryKey key) {
    return new RegistryException(
        ErrorCode.DENIED,
        "%s isn't mirrored here: the configuration doesn't allow that registry; name it under upstreams"
            .formatted(key));
  }

  /** Says which registry the answer is about to a client that said so itself. */
  private static Reply scoped(Reply reply, Optional<String> ns) {
    return ns.map(name -> reply.with(reply.response().with("OCI-Namespace", name))).orElse(reply);
  }
}
