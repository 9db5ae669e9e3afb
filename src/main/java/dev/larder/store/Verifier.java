package dev.larder.store;

import dev.larder.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Reads everything that is stored, and hashes it again. What is wrong is set aside, and no
 * repository has it from then on: a mirrored one fetches it anew when it is asked for, a hosted one
 * lacks it until somebody pushes it again. Whoever has it open by then goes on reading.
 */
public final class Verifier {
  private static final int PAGE = 500;
  private static final int BUFFER = 1 << 20;

  private final Store store;

  public Verifier(Store store) {
    this.store = store;
  }

  /**
   * Verifies everything that is there while it goes on.
   *
   * @param pace is told of bytes that are about to be read, and may wait to slow it down
   */
  public Verification verify(LongConsumer pace, UpkeepProgress progress) throws IOException {
    progress.report("checking the catalog", 0, 0);
    Run run = new Run(pace, progress);
    for (String damage : store.catalog().damages()) {
      run.problems.add("the catalog itself is damaged: " + damage);
    }
    run.manifests();
    run.blobs();
    run.missingFiles();
    return new Verification(
        run.blobs,
        run.manifests,
        run.bytes,
        List.copyOf(run.problems),
        store.catalog().missingParts());
  }

  private final class Run {
    private final LongConsumer pace;
    private final UpkeepProgress progress;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private final List<String> problems = new ArrayList<>();
    private long blobs;
    private long manifests;
    private long bytes;
    private long total;

    Run(LongConsumer pace, UpkeepProgress progress) {
      this.pace = pace;
      this.progress = progress;
    }

    void manifests() throws IOException {
      Optional<Digest> last = Optional.empty();
      List<Digest> page;
      do {
        page = store.catalog().manifests(last, PAGE);
        for (Digest digest : page) {
          progress.report("reading manifests", manifests, 0);
          Optional<byte[]> content = store.catalog().unverifiedManifest(digest);
          if (content.isPresent()) {
            pace.accept(content.get().length);
            manifests++;
            bytes += content.get().length;
            manifest(digest, content.get());
          }
          last = Optional.of(digest);
        }
      } while (page.size() == PAGE);
    }

    private void manifest(Digest digest, byte[] content) throws IOException {
      if (!Digest.of(digest.algorithm(), content).equals(digest)) {
        List<String> names = store.catalog().namesOf(digest);
        store.blobs().quarantine(digest, content);
        store.catalog().deleteManifest(digest);
        problems.add(
            "the manifest %s has other bytes, and is in quarantine; it was %s"
                .formatted(digest, String.join(", ", names)));
      }
    }

    void blobs() throws IOException {
      total = bytes;
      store.blobs().forEach(this::measure);
      store.blobs().forEach(this::read);
    }

    private void measure(List<Digest> some) throws IOException {
      for (Digest digest : some) {
        total += store.blobs().size(digest).orElse(0);
      }
    }

    private void read(List<Digest> some) throws IOException {
      for (Digest digest : some) {
        Optional<String> wrong = wrong(digest, pace);
        blobs++;
        if (wrong.isPresent()) {
          quarantine(digest);
        }
      }
    }

    /** Looks again: the blob may have gone and come anew since it was read. */
    private void quarantine(Digest digest) throws IOException {
      try (var _ = store.lock(digest)) {
        Optional<String> wrong = hash(digest, _ -> {});
        if (wrong.isPresent()) {
          store.blobs().quarantine(digest);
          store.catalog().unlinkBlob(digest);
          problems.add("the blob %s %s, and is in quarantine".formatted(digest, wrong.get()));
        }
      }
    }

    private Optional<String> wrong(Digest digest, LongConsumer pace) throws IOException {
      return hash(
          digest,
          count -> {
            progress.report("reading blobs", bytes, total);
            pace.accept(count);
            bytes += count;
          });
    }

    /** What is wrong with a blob; empty also if it isn't there. */
    private Optional<String> hash(Digest digest, LongConsumer before) throws IOException {
      Optional<Blob> found = store.blobs().open(digest);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      MessageDigest hash = digest.algorithm().newHash();
      try (Blob blob = found.get()) {
        long position = 0;
        while (position < blob.size()) {
          before.accept(Math.min(BUFFER, blob.size() - position));
          int count;
          try {
            count = blob.content().read(buffer.clear(), position);
          } catch (IOException e) {
            return Optional.of("can't be read (%s)".formatted(e.getMessage()));
          }
          if (count < 0) {
            break; // it has become shorter, which the hash tells
          }
          hash.update(buffer.flip());
          position += count;
        }
      }
      return digest.algorithm().digest(hash).equals(digest)
          ? Optional.empty()
          : Optional.of("has other bytes");
    }

    void missingFiles() throws IOException {
      Optional<Digest> last = Optional.empty();
      List<Digest> page;
      do {
        page = store.catalog().linkedBlobs(last, PAGE);
        for (Digest digest : page) {
          progress.report("looking for missing files", 0, 0);
          if (store.blobs().size(digest).isEmpty()) {
            forget(digest);
          }
          last = Optional.of(digest);
        }
      } while (page.size() == PAGE);
    }

    private void forget(Digest digest) throws IOException {
      try (var _ = store.lock(digest)) {
        if (store.blobs().size(digest).isEmpty() && store.catalog().isBlobLinked(digest)) {
          store.catalog().unlinkBlob(digest);
          problems.add("the file of the blob %s is missing".formatted(digest));
        }
      }
    }
  }
}
