package dev.larder.upstream;

import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** A registry of which {@link Contacts} learns what it answers. */
final class WatchedRegistry extends UpstreamRegistry {
  private final RegistryName registryName;
  private final UpstreamRegistry registry;
  private final Contacts contacts;

  WatchedRegistry(RegistryName registryName, UpstreamRegistry registry, Contacts contacts) {
    this.registryName = registryName;
    this.registry = registry;
    this.contacts = contacts;
  }

  @Override
  public UpstreamRegistry onBehalfOf(ClientToken token) {
    return new WatchedRegistry(registryName, registry.onBehalfOf(token), contacts);
  }

  @Override
  public Answer<ManifestHead> headManifest(RepositoryName repository, Reference reference) {
    return noted(() -> registry.headManifest(repository, reference), _ -> 0);
  }

  @Override
  public Answer<UpstreamManifest> manifest(RepositoryName repository, Reference reference) {
    return noted(
        () -> registry.manifest(repository, reference), manifest -> manifest.content().length);
  }

  @Override
  public Answer<Long> headBlob(RepositoryName repository, Digest digest) {
    return noted(() -> registry.headBlob(repository, digest), _ -> 0);
  }

  @Override
  public Answer<BlobStream> blob(
      RepositoryName repository, Digest digest, long offset, Optional<String> etag) {
    return counted(noted(() -> registry.blob(repository, digest, offset, etag), _ -> 0));
  }

  @Override
  public Answer<BlobStream> blobPart(
      RepositoryName repository, Digest digest, long first, long last, BlobStream of) {
    return counted(noted(() -> registry.blobPart(repository, digest, first, last, of), _ -> 0));
  }

  private Answer<BlobStream> counted(Answer<BlobStream> answer) {
    return answer instanceof Answer.Found<BlobStream>(BlobStream stream)
        ? new Answer.Found<>(stream.withBody(new Counted(stream.body())))
        : answer;
  }

  @Override
  public Answer<Page> tags(RepositoryName repository, String query) {
    return noted(() -> registry.tags(repository, query), page -> page.content().length);
  }

  @Override
  public Answer<Page> referrers(RepositoryName repository, Digest subject, String query) {
    return noted(
        () -> registry.referrers(repository, subject, query), page -> page.content().length);
  }

  @Override
  public Optional<RateLimit> rateLimit() {
    return registry.rateLimit();
  }

  @Override
  public Optional<LeftAlone> leftAlone() {
    return registry.leftAlone();
  }

  @Override
  public boolean mayLetWait() {
    return registry.mayLetWait();
  }

  private <T> Answer<T> noted(Supplier<Answer<T>> question, ToLongFunction<T> bytes) {
    Answer<T> answer = contacts.ask(registryName, question);
    if (answer instanceof Answer.Found<T>(T value)) {
      contacts.received(registryName, bytes.applyAsLong(value));
    }
    return answer;
  }

  private final class Counted extends FilterInputStream {
    Counted(InputStream body) {
      super(body);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        int count = in.read(bytes, offset, length);
        contacts.received(registryName, count);
        return count;
      } catch (IOException e) {
        contacts.brokeOff(registryName, String.valueOf(e.getMessage()));
        throw e;
      }
    }

    /** By reading: what is skipped was sent as well. */
    @Override
    public long skip(long count) throws IOException {
      long skipped = 0;
      byte[] buffer = new byte[Math.clamp(count, 0, 64 << 10)];
      while (skipped < count) {
        int read = read(buffer, 0, (int) Math.min(buffer.length, count - skipped));
        if (read < 0) {
          break;
        }
        skipped += read;
      }
      return skipped;
    }
  }
}
