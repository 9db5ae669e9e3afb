package dev.larder.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/** Where an archive is written to, from its beginning to its end. */
sealed interface BundleOutput {

  /** How many bytes are there from {@code position} on, but {@code most} at most. */
  long present(long position, long most) throws IOException;

  /** Fills {@code bytes} with some that are there. */
  void read(long position, ByteBuffer bytes) throws IOException;

  /** Writes what remains in {@code bytes}. */
  void write(long position, ByteBuffer bytes) throws IOException;

  /** A file that an earlier attempt may have begun. */
  record Partial(FileChannel channel) implements BundleOutput {
    @Override
    public long present(long position, long most) throws IOException {
      return Math.clamp(channel.size() - position, 0, most);
    }

    @Override
    public void read(long position, ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, position + bytes.position()) < 0) {
          throw new IOException("the file has become shorter than it was");
        }
      }
    }

    @Override
    public void write(long position, ByteBuffer bytes) throws IOException {
      int first = bytes.position();
      while (bytes.hasRemaining()) {
        channel.write(bytes, position + bytes.position() - first);
      }
    }
  }

  /** A stream, which is written once. */
  record Stream(WritableByteChannel channel) implements BundleOutput {
    Stream(OutputStream out) {
      this(Channels.newChannel(out));
    }

    @Override
    public long present(long position, long most) {
      return 0;
    }

    @Override
    public void read(long position, ByteBuffer bytes) {
      throw new IllegalStateException("nothing is present in a stream");
    }

    @Override
    public void write(long position, ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }
}
