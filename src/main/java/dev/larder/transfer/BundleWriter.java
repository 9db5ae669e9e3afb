package dev.larder.transfer;

import dev.larder.oci.Digest;
import dev.larder.oci.Digest.Algorithm;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;

/**
 * Writes bundles as tar archives, whose bytes follow from the bundle alone: each file begins at a
 * place that is known beforehand, is owned by nobody in particular, and is of 1970. What isn't the
 * content of its digest is never called written.
 *
 * <p>A file is written beside its place, as {@code bundle.tar.partial}, and moved when it is whole
 * and durable. One that is there already is what an earlier attempt has left: what is right in it
 * isn't asked for again.
 */
public final class BundleWriter {
  /** Two blocks of zeros end an archive. */
  static final int END = 2 * TarConstants.DEFAULT_RCDSIZE;

  private static final int BLOCK = TarConstants.DEFAULT_RCDSIZE;
  private static final int CHUNK = 1 << 20;

  /** Where the bytes of blobs and manifests come from. */
  @FunctionalInterface
  public interface Contents {
    /** The bytes of a digest from {@code offset} on; whoever opens them closes them. */
    InputStream open(Digest digest, long offset) throws IOException;
  }

  private final Bundle bundle;
  private final Contents contents;
  private final ImportProgress progress;
  private final byte[] chunk = new byte[CHUNK];

  public BundleWriter(Bundle bundle, Contents contents, ImportProgress progress) {
    this.bundle = bundle;
    this.contents = contents;
    this.progress = progress;
  }

  /**
   * Writes a file, which takes the place of the one that may be there.
   *
   * @return how many bytes of it an earlier attempt had left
   * @throws IOException if it can't be written, or the contents aren't what they should be; the
   *     part that is right stays for another attempt
   */
  public long write(Path file) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    long kept;
    try (FileChannel channel =
            FileChannel.open(
                partial,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileLock _ = lock(channel, partial)) {
      kept = write(new BundleOutput.Partial(channel));
      channel.truncate(bundle.size());
      channel.force(true);
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().resolveSibling(""), StandardOpenOption.READ)) {
      folder.force(true);
    }
    return kept;
  }

  private static FileLock lock(FileChannel channel, Path partial) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
    } catch (OverlappingFileLockException e) {
      // by this very process
    }
    throw new IOException("another export writes %s just now".formatted(partial));
  }

  /**
   * Writes to a stream.
   *
   * @throws IOException as for a file; what was written until then is no archive
   */
  public void write(OutputStream out) throws IOException {
    write(new BundleOutput.Stream(out));
    out.flush();
  }

  private long write(BundleOutput out) throws IOException {
    long position = 0;
    long kept = 0;
    for (Bundle.File file : bundle.files()) {
      out.write(position, ByteBuffer.wrap(header(file)));
      kept += content(out, position + BLOCK, file);
      long end = position + BLOCK + file.size();
      position += length(file.size());
      out.write(end, ByteBuffer.allocate((int) (position - end)));
    }
    out.write(position, ByteBuffer.allocate(END));
    return kept;
  }

  /** How many bytes a file of that size takes in an archive. */
  static long length(long size) {
    return BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  private static byte[] header(Bundle.File file) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(file.name());
    entry.setSize(file.size());
    entry.setMode(0644);
    entry.setModTime(0L);
    entry.setIds(0, 0);
    entry.setNames("", "");
    byte[] header = new byte[BLOCK];
    // A size beyond eight gigabytes is written in the header as GNU tar does, in no entry of its
    // own, so that every file begins where it is expected.
    entry.writeEntryHeader(header, ZipEncodingHelper.getZipEncoding("UTF-8"), true);
    return header;
  }

  /** Writes the content of a file at {@code position}; gives how much of it was there. */
  private long content(BundleOutput out, long position, Bundle.File file) throws IOException {
    Algorithm algorithm = file.digest().algorithm();
    MessageDigest hash = algorithm.newHash();
    long present = out.present(position, file.size());
    if (present > 0) {
      hash(out, position, present, hash);
      copy(file, present, out, position, hash);
      if (algorithm.digest(hash).equals(file.digest())) {
        return present;
      }
    }
    copy(file, 0, out, position, hash);
    Digest actual = algorithm.digest(hash);
    if (!actual.equals(file.digest())) {
      throw new IOException(
          "%s isn't written: its bytes here are %s; larder verify finds what is corrupt"
              .formatted(file.digest(), actual));
    }
    return 0;
  }

  private void hash(BundleOutput out, long position, long length, MessageDigest hash)
      throws IOException {
    for (long done = 0; done < length; ) {
      ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, (int) Math.min(CHUNK, length - done));
      out.read(position + done, bytes);
      hash.update(bytes.flip());
      done += bytes.limit();
      progress.report("verifying what is there", position + done, bundle.size());
    }
  }

  private void copy(
      Bundle.File file, long offset, BundleOutput out, long position, MessageDigest hash)
      throws IOException {
    long done = offset;
    if (done < file.size()) {
      try (InputStream in = open(file, offset)) {
        for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
          if (count > file.size() - done) {
            throw new IOException("%s has more bytes than it should".formatted(file.digest()));
          }
          hash.update(chunk, 0, count);
          out.write(position + done, ByteBuffer.wrap(chunk, 0, count));
          done += count;
          progress.report("writing", position + done, bundle.size());
        }
      }
    }
    if (done < file.size()) {
      throw new IOException("%s has fewer bytes than it should".formatted(file.digest()));
    }
  }

  private InputStream open(Bundle.File file, long offset) throws IOException {
    if (file.content().isEmpty()) {
      return contents.open(file.digest(), offset);
    }
    byte[] bytes = file.content().get();
    return new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
  }
}
