package dev.larder.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * An HTTP/2 client over TLS that sends exactly the frames it is told to, and opens no window by
 * itself: what a library would never do is what is to be tested. Reads fail after 10 seconds
 * without a byte.
 */
public final class RawHttp2 implements Closeable {
  /** Types of frames. */
  public static final int DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, GOAWAY = 7;

  /** Flags of frames: the first two of what opens or feeds a stream, the last of settings. */
  public static final int END_STREAM = 1, END_HEADERS = 4, ACK = 1;

  private static final int PRIORITY = 0x20, PING = 6, WINDOW_UPDATE = 8, INITIAL_WINDOW_SIZE = 4;
  private static final int TIMEOUT_MILLIS = 10_000;

  private final SSLSocket socket;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

  /**
   * A frame as it came.
   *
   * @param fields what a HEADERS frame says, {@code :status} among it
   */
  public record Frame(int type, int flags, int stream, byte[] payload, Map<String, String> fields) {
    /** Whether it is the stream's last. */
    public boolean ends() {
      return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }

    /** The error code of a RST_STREAM frame. */
    public int code() {
      return ByteBuffer.wrap(payload).getInt();
    }
  }

  /**
   * An answer.
   *
   * @param headers the fields, {@code :status} among them
   */
  public record Answer(Map<String, String> headers, byte[] body) {
    /** The status code. */
    public int status() {
      return Integer.parseInt(headers.getOrDefault(":status", "0"));
    }

    /** The body as text. */
    public String text() {
      return new String(body, ISO_8859_1);
    }
  }

  private RawHttp2(SSLSocket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /** Agrees on HTTP/2, and says nothing. */
  public static RawHttp2 connectSilently(InetSocketAddress address, SSLContext tls)
      throws IOException {
    Socket plain = new Socket();
    plain.setSoTimeout(TIMEOUT_MILLIS);
    plain.setTcpNoDelay(true);
    plain.connect(address, TIMEOUT_MILLIS);
    SSLSocket socket =
        (SSLSocket)
            tls.getSocketFactory()
                .createSocket(plain, address.getHostString(), address.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    if (!socket.getApplicationProtocol().equals("h2")) {
      throw new IOException("the server took " + socket.getApplicationProtocol());
    }
    return new RawHttp2(socket);
  }

  /**
   * Connects and sends what each client begins with.
   *
   * @param window of how many bytes the body of each answer may be, until more are allowed
   */
  public static RawHttp2 connect(InetSocketAddress address, SSLContext tls, int window)
      throws IOException {
    RawHttp2 client = connectSilently(address, tls);
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
    ByteBuffer settings = ByteBuffer.allocate(6);
    settings.putShort((short) INITIAL_WINDOW_SIZE).putInt(window);
    return client.send(SETTINGS, 0, 0, settings.array());
  }

  /** Opens a stream by a GET request. */
  public RawHttp2 get(int stream, String path) throws IOException {
    return request(stream, true, "GET", path);
  }

  /** Opens a stream by a request to {@code registry.test}; further fields are name and value. */
  public RawHttp2 request(int stream, boolean ends, String method, String path, String... more)
      throws IOException {
    String[] fields = {
      ":method", method, ":scheme", "https", ":authority", "registry.test", ":path", path
    };
    return headers(stream, ends, concat(fields, more));
  }

  /** Opens a stream by exactly these fields. */
  public RawHttp2 headers(int stream, boolean ends, String... fields) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    // Literals with new names, that aren't indexed.
    for (int i = 0; i < fields.length; i += 2) {
      block.write(0);
      text(block, fields[i]);
      text(block, fields[i + 1]);
    }
    return send(HEADERS, END_HEADERS | (ends ? END_STREAM : 0), stream, block.toByteArray());
  }

  /** A string of HPACK, without Huffman's code. */
  private static void text(ByteArrayOutputStream block, String text) {
    int rest = text.length();
    if (rest < 127) {
      block.write(rest);
    } else {
      block.write(127);
      for (rest -= 127; rest >= 128; rest >>= 7) {
        block.write(0x80 | (rest & 0x7F));
      }
      block.write(rest);
    }
    block.writeBytes(text.getBytes(ISO_8859_1));
  }

  /** Sends a part of a request's body. */
  public RawHttp2 data(int stream, boolean ends, byte[] content) throws IOException {
    return send(DATA, ends ? END_STREAM : 0, stream, content);
  }

  /** Breaks a stream off. */
  public RawHttp2 reset(int stream, int code) throws IOException {
    return send(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(code).array());
  }

  /** Lets the server send more: on a stream, or, for 0, on all of them. */
  public RawHttp2 allow(int stream, int bytes) throws IOException {
    return send(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
  }

  /** Sends a frame. */
  public RawHttp2 send(int type, int flags, int stream, byte[] payload) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    return send(frame.put((byte) type).put((byte) flags).putInt(stream).put(payload).array());
  }

  /** Sends bytes that need be no frame. */
  public RawHttp2 send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** The next frame, but for those that only keep the connection going. */
  public Frame next() throws IOException {
    while (true) {
      Frame frame = read();
      switch (frame.type) {
        case SETTINGS -> {
          if ((frame.flags & ACK) == 0) {
            send(SETTINGS, ACK, 0, new byte[0]);
          }
        }
        case PING, WINDOW_UPDATE -> {}
        default -> {
          return frame;
        }
      }
    }
  }

  private Frame read() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt() & Integer.MAX_VALUE;
    byte[] payload = in.readNBytes(length);
    return new Frame(
        type, flags, stream, payload, type == HEADERS ? decode(stream, flags, payload) : Map.of());
  }

  /** The answer on a stream, to its end; what comes on others meanwhile is lost. */
  public Answer answer(int stream) throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      Frame frame = next();
      if (frame.stream == stream) {
        switch (frame.type) {
          case HEADERS -> headers.putAll(frame.fields);
          case DATA -> body.writeBytes(frame.payload);
          case RST_STREAM -> throw new EOFException("the stream was reset: " + frame.code());
          default -> {}
        }
        if (frame.ends()) {
          return new Answer(headers, body.toByteArray());
        }
      }
    }
  }

  private Map<String, String> decode(int stream, int flags, byte[] payload) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    int from = (flags & PRIORITY) == 0 ? 0 : 5;
    try {
      decoder
          .decodeHeaders(stream, Unpooled.wrappedBuffer(payload, from, payload.length - from))
          .forEach(field -> fields.put("" + field.getKey(), "" + field.getValue()));
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
    return fields;
  }

  /** The code by which a stream is reset, whatever came on it before. */
  public int resetOf(int stream) throws IOException {
    while (true) {
      Frame frame = next();
      if (frame.stream == stream) {
        if (frame.type == RST_STREAM) {
          return frame.code();
        }
        if (frame.ends()) {
          throw new IOException("the stream ended well");
        }
      }
    }
  }

  /** Reads until the server closes; the error code of its GOAWAY, or -1 if it sent none. */
  public int goAway() throws IOException {
    int code = -1;
    try {
      while (true) {
        Frame frame = next();
        if (frame.type == GOAWAY) {
          code = ByteBuffer.wrap(frame.payload).getInt(4);
        }
      }
    } catch (EOFException e) {
      return code;
    }
  }

  private static String[] concat(String[] some, String[] more) {
    String[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
