package dev.larder.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.testing.FakeUpstream;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/** A fake registry, and the means to ask it in all ways; ends with everything that it made. */
final class Lab implements Closeable {
  static final RepositoryName APP = new RepositoryName("org/app");

  /** Long enough for a busy machine: what is to happen happens, nothing waits for these to pass. */
  static final Deadlines PATIENT = new Deadlines(Duration.ofSeconds(10), Duration.ofSeconds(30));

  /** For tests in which a deadline is to pass. */
  static final Deadlines SHORT = new Deadlines(Duration.ofMillis(500), Duration.ofMillis(500));

  final FakeUpstream fake;
  final MovableClock clock = new MovableClock();
  private final Path folder;
  private final List<Upstreams> made = new ArrayList<>();

  /**
   * @param folder where Docker's configuration is, and its helpers are
   */
  Lab(Path folder) {
    this(folder, FakeUpstream.start());
  }

  Lab(Path folder, FakeUpstream fake) {
    this.folder = folder;
    this.fake = fake;
  }

  static Reference reference(String text) {
    return Reference.parse(text).orElseThrow();
  }

  /** The fake as the configuration names it. */
  UpstreamSettings settings() {
    return new UpstreamSettings(fake.name(), fake.url(), true, Optional.empty(), Optional.empty());
  }

  UpstreamSettings settings(String username, String password) {
    return new UpstreamSettings(
        fake.name(),
        fake.url(),
        true,
        Optional.empty(),
        Optional.of(
            new UpstreamSettings.PasswordFileLogin(username, write("password", password + "\n"))));
  }

  UpstreamRegistry registry() {
    return registry(settings(), PATIENT);
  }

  UpstreamRegistry registry(UpstreamSettings settings, Deadlines deadlines) {
    return registry(settings, deadlines, ProxySettings.NONE, SystemDefaultDnsResolver.INSTANCE);
  }

  UpstreamRegistry registry(
      UpstreamSettings settings, Deadlines deadlines, ProxySettings proxies, DnsResolver resolver) {
    return upstreams(Map.of(settings.name(), settings), deadlines, proxies, resolver)
        .registry(settings.name())
        .orElseThrow();
  }

  /** The fake under a public name, as if no configuration knew it. */
  UpstreamRegistry unconfigured(RegistryName name, ProxySettings proxies, DnsResolver resolver) {
    return upstreams(Map.of(), SHORT, proxies, resolver).registry(name).orElseThrow();
  }

  Upstreams upstreams(
      Map<RegistryName, UpstreamSettings> configured,
      Deadlines deadlines,
      ProxySettings proxies,
      DnsResolver resolver) {
    Upstreams upstreams =
        new Upstreams(configured, UpstreamRules.ALL, deadlines, clock, docker(), proxies, resolver);
    made.add(upstreams);
    return upstreams;
  }

  DockerConfig docker() {
    return new DockerConfig(folder.resolve("config.json"), List.of(folder), Duration.ofSeconds(10));
  }

  Path write(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static <T> T found(Answer<T> answer) {
    assertThat(answer).isInstanceOf(Answer.Found.class);
    return ((Answer.Found<T>) answer).value();
  }

  static String absent(Answer<?> answer) {
    assertThat(answer).isInstanceOf(Answer.Absent.class);
    return ((Answer.Absent<?>) answer).message();
  }

  static String refused(Answer<?> answer) {
    assertThat(answer).isInstanceOf(Answer.Refused.class);
    return ((Answer.Refused<?>) answer).message();
  }

  static String failed(Answer<?> answer) {
    assertThat(answer).isInstanceOf(Answer.Failed.class);
    return ((Answer.Failed<?>) answer).message();
  }

  static Optional<Duration> retryAfter(Answer<?> answer) {
    assertThat(answer).isInstanceOf(Answer.Failed.class);
    return ((Answer.Failed<?>) answer).retryAfter();
  }

  /** All that is left of a blob's stream. */
  static byte[] read(BlobStream stream) throws IOException {
    try (stream) {
      return stream.body().readAllBytes();
    }
  }

  Answer<BlobStream> blob(UpstreamRegistry registry, Digest digest) {
    return registry.blob(APP, digest, 0, Optional.empty());
  }

  URI url(String path) {
    return fake.url().resolve(path);
  }

  @Override
  public void close() {
    made.forEach(Upstreams::close);
    fake.close();
  }
}
