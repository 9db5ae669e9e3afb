package dev.larder.mirror;

import dev.larder.store.RepositoryKey;
import dev.larder.upstream.Answer;
import dev.larder.upstream.ClientToken;
import java.util.Optional;
import java.util.function.Function;

/**
 * Decides for one client on whose right a mirrored repository answers it. What is everybody's is
 * answered by Larder's own right, whatever the client has. Where the upstream refuses that, and for
 * private repositories, the client's token counts, once the upstream has let it in; a client
 * without one gets what the upstream gives to Larder itself, which is asked first.
 */
final class Guard {
  private final Rights rights;
  private final UpstreamRepository repository;
  private final Optional<ClientToken> token;

  /**
   * @param repository where to ask
   * @param token the client's; empty if it has none
   */
  Guard(Rights rights, UpstreamRepository repository, Optional<ClientToken> token) {
    this.rights = rights;
    this.repository = repository;
    this.token = token;
  }

  /**
   * The answer to the client.
   *
   * @param question answers from the store or the upstream
   * @param probe asks the upstream alone, for something that it only gives to who has a right to
   *     the repository
   */
  <T> Lookup<T> answer(
      Function<UpstreamRepository, Lookup<T>> question,
      Function<UpstreamRepository, Answer<?>> probe) {
    Optional<Lookup<T>> answer;
    do {
      answer =
          rights.isPrivate(repository.key()) ? ofPrivate(question, probe) : ofOpen(question, probe);
    } while (answer.isEmpty());
    return answer.get();
  }

  /** Empty if the repository has become private meanwhile. */
  private <T> Optional<Lookup<T>> ofOpen(
      Function<UpstreamRepository, Lookup<T>> question,
      Function<UpstreamRepository, Answer<?>> probe) {
    Lookup<T> answer = question.apply(own());
    if (token.isPresent()
        && answer instanceof Lookup.Refused<T> refused
        && refused.challenge().isPresent()) {
      return Optional.of(byToken(token.get(), question, probe));
    }
    // What was found may have come by another one's token: if so, the repository was made private
    // before that.
    if (answer instanceof Lookup.Found<T> found && rights.isPrivate(repository.key())) {
      discard(found);
      return Optional.empty();
    }
    return Optional.of(answer);
  }

  /** Empty if the repository has become everybody's. */
  private <T> Optional<Lookup<T>> ofPrivate(
      Function<UpstreamRepository, Lookup<T>> question,
      Function<UpstreamRepository, Answer<?>> probe) {
    Optional<Lookup<T>> byToken = token.map(given -> byToken(given, question, probe));
    if (byToken.isPresent() && !(byToken.get() instanceof Lookup.Refused<T>)) {
      return byToken;
    }
    RepositoryKey key = repository.key();
    UpstreamRepository own = own();
    Answer<?> word =
        rights.closed(key).<Answer<?>>map(known -> known).orElseGet(() -> probe.apply(own));
    if (word instanceof Answer.Found || !rights.isPrivate(key)) {
      return Optional.empty();
    }
    return byToken.or(() -> Optional.of(own.answer(word)));
  }

  /** The repository as Larder asks it for itself. */
  private UpstreamRepository own() {
    return new AskedRegistry(repository, Optional.empty(), rights).repository();
  }

  private <T> Lookup<T> byToken(
      ClientToken given,
      Function<UpstreamRepository, Lookup<T>> question,
      Function<UpstreamRepository, Answer<?>> probe) {
    AskedRegistry registry = new AskedRegistry(repository, Optional.of(given), rights);
    UpstreamRepository clients = registry.repository();
    if (!rights.mayRead(given, repository.key())) {
      Answer<?> word = probe.apply(clients);
      if (!registry.hasAdmitted()) {
        return clients.answer(word);
      }
    }
    return question.apply(clients);
  }

  private static void discard(Lookup.Found<?> found) {
    if (found.value() instanceof MirroredBlob blob) {
      blob.close();
    }
  }
}
