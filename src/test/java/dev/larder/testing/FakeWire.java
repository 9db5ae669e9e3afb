package dev.larder.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** HTTP/1.1 over one connection, written by hand so that it can be done wrong. */
final class FakeWire {
  private static final int PIECE = 64 << 10;

  private final InputStream in;
  private final OutputStream out;
  private final LongConsumer sent;

  /**
   * @param sent is told of bytes of bodies that went out
   */
  FakeWire(Socket socket, LongConsumer sent) throws IOException {
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
    this.sent = sent;
  }

  /** The next request; empty where the client has closed the connection. */
  Optional<SeenRequest> read() throws IOException {
    String line = line();
    if (line.isEmpty()) {
      return Optional.empty();
    }
    String[] parts = line.split(" ", 3);
    if (parts.length < 3) {
      throw new IOException("that isn't HTTP");
    }
    Map<String, String> headers = new TreeMap<>();
    for (String field = line(); !field.isEmpty(); field = line()) {
      int colon = field.indexOf(':');
      if (colon < 0) {
        throw new IOException("that isn't HTTP");
      }
      headers.put(
          field.substring(0, colon).toLowerCase(Locale.ROOT), field.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    // A server must understand the form that proxies are sent, too.
    String target = parts[1].replaceFirst("^http://[^/]+", "");
    return Optional.of(new SeenRequest(parts[0], target, headers, body));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** Sends a reply; whether the connection may be used again. */
  boolean write(SeenRequest request, FakeReply reply, Optional<Fault> fault)
      throws IOException, InterruptedException {
    boolean chunked = fault.filter(Fault.Chunked.class::isInstance).isPresent();
    switch (fault.orElse(null)) {
      case Fault.Cut(long after) when after < 0 -> {
        return false;
      }
      case Fault.Stall(long after, var until) when after < 0 -> until.await();
      case null, default -> {}
    }
    head(reply, announced(reply, fault), chunked);
    if (!request.method().equals("HEAD")) {
      if (fault.orElse(null) instanceof Fault.Cut(long after)) {
        send(reply.body(), 0, after, PIECE);
        return false;
      }
      body(reply.body(), fault, chunked);
    }
    return fault.stream()
        .noneMatch(f -> f instanceof Fault.WrongLength || f instanceof Fault.CloseAfterwards);
  }

  private static long announced(FakeReply reply, Optional<Fault> fault) {
    return fault.orElse(null) instanceof Fault.WrongLength(long announced)
        ? announced
        : reply.body().length;
  }

  private void head(FakeReply reply, long length, boolean chunked) throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " Fake\r\n");
    reply.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append(chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + length + "\r\n");
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private void body(byte[] body, Optional<Fault> fault, boolean chunked)
      throws IOException, InterruptedException {
    switch (fault.orElse(null)) {
      case Fault.Stall(long after, var until) when after >= 0 -> {
        send(body, 0, after, PIECE);
        until.await();
        send(body, (int) after, body.length, PIECE);
      }
      case Fault.Slow(int pieceSize, var permits) -> {
        for (int from = 0; from < body.length; from += pieceSize) {
          permits.acquire();
          send(body, from, from + (long) pieceSize, pieceSize);
        }
      }
      case null, default -> {
        if (chunked && body.length > 0) {
          ascii(Integer.toHexString(body.length) + "\r\n");
        }
        send(body, 0, body.length, PIECE);
        if (chunked) {
          ascii(body.length > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n");
        }
      }
    }
  }

  private void send(byte[] body, int from, long to, int pieceSize) throws IOException {
    int end = (int) Math.min(to, body.length);
    for (int start = from; start < end; start += pieceSize) {
      int length = Math.min(pieceSize, end - start);
      out.write(body, start, length);
      out.flush();
      sent.accept(length);
    }
  }

  private void ascii(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }
}
