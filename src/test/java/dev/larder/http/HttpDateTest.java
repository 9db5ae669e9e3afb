package dev.larder.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HttpDateTest {

  @Test
  void theDateIsThatOfTheSecond() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("1994-11-06T08:49:37.2Z"));
    HttpDate date = new HttpDate(now::get);
    assertThat(date.now()).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    String first = date.now();
    now.set(Instant.parse("1994-11-06T08:49:37.9Z"));
    assertThat(date.now()).isSameAs(first);
    now.set(Instant.parse("1994-11-06T08:49:38Z"));
    assertThat(date.now()).isEqualTo("Sun, 06 Nov 1994 08:49:38 GMT");
  }
}
