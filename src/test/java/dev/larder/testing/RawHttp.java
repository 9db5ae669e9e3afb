package dev.larder.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * An HTTP client that sends exactly the bytes it is told to and reads no more than it is asked to,
 * because a library always finishes the framing. Reads fail after 10 seconds without a byte.
 */
public final class RawHttp implements Closeable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;

  /**
   * An answer.
   *
   * @param headers the fields, by their name in lower case; equal names joined with commas
   */
  public record Answer(int status, Map<String, String> headers, byte[] body) {
    /** The body as text. */
    public String text() {
      return new String(body, ISO_8859_1);
    }

    /** The value of that field, or "" where there is none. */
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  private RawHttp(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Connects. */
  public static RawHttp connect(InetSocketAddress address) throws IOException {
    return connect(address, 0);
  }

  /**
   * Connects with a small receive buffer.
   *
   * @param receiveBuffer its size in bytes; 0 leaves it to the system
   */
  public static RawHttp connect(InetSocketAddress address, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    socket.connect(address, TIMEOUT_MILLIS);
    return new RawHttp(socket);
  }

  /** Connects by TLS. */
  public static RawHttp connect(InetSocketAddress address, int receiveBuffer, SSLContext tls)
      throws IOException {
    Socket plain = connect(address, receiveBuffer).socket;
    SSLSocket socket =
        (SSLSocket)
            tls.getSocketFactory()
                .createSocket(plain, address.getHostString(), address.getPort(), true);
    socket.startHandshake();
    return new RawHttp(socket);
  }

  /** The certificate by which the server has proved itself. */
  public X509Certificate certificate() throws IOException {
    return (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
  }

  /** The cipher suite that was agreed on. */
  public String cipherSuite() {
    return ((SSLSocket) socket).getSession().getCipherSuite();
  }

  /** Sends the lines, each ended as HTTP ends lines, and an empty one. */
  public RawHttp sendHead(String... lines) throws IOException {
    return send(String.join("\r\n", lines) + "\r\n\r\n");
  }

  /** Sends a GET request. */
  public RawHttp get(String path) throws IOException {
    return sendHead("GET " + path + " HTTP/1.1", "Host: test");
  }

  /** Sends the characters, as they are. */
  public RawHttp send(String text) throws IOException {
    return send(text.getBytes(ISO_8859_1));
  }

  /** Sends the bytes. */
  public RawHttp send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Reads an answer with its body. */
  public Answer read() throws IOException {
    Answer head = readHead();
    if (head.header("transfer-encoding").equals("chunked")) {
      return new Answer(head.status, head.headers, readChunks());
    }
    String length = head.header("content-length");
    return new Answer(
        head.status, head.headers, readBody(length.isEmpty() ? 0 : Integer.parseInt(length)));
  }

  /** Reads an answer up to the empty line; its body is still to be read, if it has one. */
  public Answer readHead() throws IOException {
    String[] status = line().split(" ", 3);
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip(),
          (a, b) -> a + "," + b);
    }
    return new Answer(Integer.parseInt(status[1]), headers, new byte[0]);
  }

  /** Reads that many bytes. */
  public byte[] readBody(int length) throws IOException {
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the answer ends after " + body.length + " of " + length + " bytes");
    }
    return body;
  }

  /** Reads until the server closes. */
  public byte[] readToEnd() throws IOException {
    return in.readAllBytes();
  }

  private byte[] readChunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int size;
    do {
      size = Integer.parseInt(line(), 16);
      body.writeBytes(readBody(size));
      line();
    } while (size > 0);
    return body.toByteArray();
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the server closed; it had sent: " + line.toString(ISO_8859_1));
      }
      line.write(next);
    }
    return line.toString(ISO_8859_1).stripTrailing();
  }

  /** Sends nothing more; answers can still be read. */
  public void finish() throws IOException {
    socket.shutdownOutput();
  }

  /** Ends the connection so that the server sees a reset, as if the client had died. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
