package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.PrivateRepositories;
import dev.larder.store.RepositoryKey;
import dev.larder.testing.FakePrivacy;
import dev.larder.testing.FakeUpstream;
import dev.larder.upstream.ClientToken;
import dev.larder.upstream.Deadlines;
import dev.larder.upstream.DockerConfig;
import dev.larder.upstream.ProxySettings;
import dev.larder.upstream.UpstreamRules;
import dev.larder.upstream.UpstreamSettings;
import dev.larder.upstream.Upstreams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens between a look at a repository's privacy and the answer. */
class GuardTest {
  private static final RepositoryName APP = new RepositoryName("app");

  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private final FakePrivacy privacy = new FakePrivacy();
  private TestMirrors mirrors;
  private Upstreams upstreams;
  private UpstreamRepository repository;
  private Rights rights;

  @BeforeEach
  void open() throws IOException {
    mirrors = new TestMirrors(folder, TestMirrors.PATIENT);
    upstream.authenticate(privacy);
    upstream.putBlob("app", new byte[] {1});
    privacy.close("app");
    privacy.admit("alice", "app");
    RegistryName name = upstream.name();
    upstreams =
        new Upstreams(
            Map.of(
                name,
                new UpstreamSettings(
                    name, upstream.url(), true, Optional.empty(), Optional.empty())),
            UpstreamRules.ALL,
            new Deadlines(TestMirrors.PATIENT, TestMirrors.PATIENT),
            Clock.systemUTC(),
            DockerConfig.fromEnvironment(Map.of(), folder),
            ProxySettings.NONE);
    repository =
        new UpstreamRepository(
            RepositoryKey.mirrored(name, APP),
            upstreams.registry(name).orElseThrow(),
            new Freshness(TestMirrors.FRESH, TestMirrors.ABSENT, Optional.empty()),
            Optional.empty());
    PrivateRepositories repositories = mirrors.store().privateRepositories();
    rights = new Rights(repositories, () -> Instant.EPOCH);
  }

  @AfterEach
  void close() throws IOException {
    upstreams.close();
    upstream.close();
    mirrors.close();
  }

  @Test
  void whatCameByAnotherOnesTokenMeanwhileIsNotGivenAway() {
    Blob found = new Blob();
    Lookup<MirroredBlob> answer =
        answer(
            Optional.empty(),
            _ -> {
              mirrors.store().privateRepositories().add(repository.key());
              return new Lookup.Found<>(found, Source.HIT, Optional.empty());
            });

    assertThat(answer).isInstanceOf(Lookup.Refused.class);
    assertThat(found.closed).isTrue();
  }

  @Test
  void whoHasATokenAsksWithNothingElse() {
    List<Optional<String>> askers = new ArrayList<>();
    ClientToken alice = ClientToken.parse("Bearer alice").orElseThrow();
    mirrors.store().privateRepositories().add(repository.key());
    Blob found = new Blob();

    Lookup<MirroredBlob> answer =
        answer(
            Optional.of(alice),
            by -> {
              askers.add(by.asker());
              return new Lookup.Found<>(found, Source.HIT, Optional.empty());
            });

    assertThat(answer).isInstanceOf(Lookup.Found.class);
    assertThat(found.closed).isFalse();
    assertThat(askers).containsExactly(Optional.of(alice.id()));
    assertThat(upstream.requests())
        .allMatch(request -> request.header("Authorization").equals(Optional.of("Bearer alice")));
  }

  private Lookup<MirroredBlob> answer(
      Optional<ClientToken> token, Function<UpstreamRepository, Lookup<MirroredBlob>> question) {
    return new Guard(rights, repository, token)
        .answer(question, by -> by.registry().headBlob(APP, Digest.sha256(new byte[] {1})));
  }

  /** One that says whether it was closed. */
  private static final class Blob implements MirroredBlob.Arriving {
    private boolean closed;

    @Override
    public long size() {
      return 0;
    }

    @Override
    public void writeTo(long offset, long length, MirroredBlob.Sink sink) throws IOException {
      sink.write(ByteBuffer.allocate(0));
    }

    @Override
    public void awaitWhole() {}

    @Override
    public void close() {
      closed = true;
    }
  }
}
