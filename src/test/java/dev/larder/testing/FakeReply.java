package dev.larder.testing;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** What a fake server is about to answer, before any fault. */
record FakeReply(int status, Map<String, String> headers, byte[] body) {

  FakeReply {
    Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    sorted.putAll(headers);
    headers = sorted;
  }

  static FakeReply text(int status, Map<String, String> headers, String body) {
    return new FakeReply(status, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  static FakeReply json(int status, String body) {
    return text(status, Map.of("Content-Type", "application/json"), body);
  }

  /** An error body of the distribution specification. */
  static FakeReply error(int status, String code) {
    return json(status, "{\"errors\":[{\"code\":\"%s\",\"message\":\"fake\"}]}".formatted(code));
  }

  FakeReply with(String name, String value) {
    Map<String, String> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    more.putAll(headers);
    more.put(name, value);
    return new FakeReply(status, more, body);
  }

  FakeReply without(String name) {
    Map<String, String> fewer = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    fewer.putAll(headers);
    fewer.remove(name);
    return new FakeReply(status, fewer, body);
  }

  FakeReply withBody(byte[] other) {
    return new FakeReply(status, headers, other);
  }
}
