package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.RegistryName;
import dev.larder.registry.Access;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final Access PULL =
      new Access(
          NOW,
          "GET",
          "manifest",
          Optional.of("library/busybox"),
          Optional.of(RegistryName.DOCKER_HUB),
          Optional.of("1.35"),
          200,
          Access.Outcome.HIT,
          1234,
          true,
          0,
          Duration.ofMillis(3),
          Optional.empty(),
          client(remote(), "containerd/2.1.9"));

  @Test
  void aRequestIsALineForPeople() {
    assertThat(printed(LogFormat.TEXT, console -> console.log(PULL)))
        .isEqualTo(
            "2026-01-02T03:04:05.678Z 172.18.0.3 GET manifest docker.io/library/busybox:1.35"
                + " 200 hit 1234 bytes 3 ms\n");
  }

  @Test
  void aRequestIsAnObjectForPrograms() {
    assertThat(printed(LogFormat.JSON, console -> console.log(PULL)))
        .isEqualTo(
            "{\"time\":\"2026-01-02T03:04:05.678Z\",\"remote\":\"172.18.0.3\",\"method\":\"GET\","
                + "\"endpoint\":\"manifest\",\"upstream\":\"docker.io\","
                + "\"repository\":\"library/busybox\",\"reference\":\"1.35\",\"status\":200,"
                + "\"outcome\":\"hit\",\"received\":0,\"sent\":1234,\"whole\":true,"
                + "\"milliseconds\":3,\"userAgent\":\"containerd/2.1.9\"}\n");
  }

  @Test
  void anAnswerThatBrokeOffSaysSo() {
    Access broken =
        new Access(
            NOW,
            "GET",
            "blob",
            Optional.of("app"),
            Optional.empty(),
            Optional.of("sha256:" + "a".repeat(64)),
            200,
            Access.Outcome.HOSTED,
            10,
            false,
            0,
            Duration.ofSeconds(1),
            Optional.empty(),
            client(remote(), ""));

    assertThat(printed(LogFormat.TEXT, console -> console.log(broken)))
        .contains(" app@sha256:aaa")
        .endsWith(" 200 hosted 10 bytes 1000 ms (broken off)\n");
  }

  @Test
  void whatIsSaidHasItsFormToo() {
    assertThat(printed(LogFormat.TEXT, console -> console.say("hello"))).isEqualTo("hello\n");
    assertThat(printed(LogFormat.JSON, console -> console.say("hello")))
        .isEqualTo("{\"time\":\"2026-01-02T03:04:05.678Z\",\"message\":\"hello\"}\n");
  }

  private static String printed(LogFormat format, Consumer<Console> action) {
    StringWriter text = new StringWriter();
    try (Console console = new Console(format, new PrintWriter(text), InstantSource.fixed(NOW))) {
      action.accept(console);
    }
    return text.toString();
  }

  private static Access.Client client(InetSocketAddress address, String userAgent) {
    return new Access.Client(address, userAgent, "", "", "http");
  }

  private static InetSocketAddress remote() {
    try {
      return new InetSocketAddress(InetAddress.getByName("172.18.0.3"), 40000);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
