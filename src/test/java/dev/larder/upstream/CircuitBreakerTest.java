package dev.larder.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.junit.jupiter.api.Test;

/** When a host is left alone, and for how long. */
class CircuitBreakerTest {
  private static final String HOST = "registry.example:443";
  private final IOException unreachable = new ConnectTimeoutException("no connection");
  private final IOException silent = new SocketTimeoutException("nothing");

  private final MovableClock clock = new MovableClock();
  private final CircuitBreaker breaker = new CircuitBreaker(clock);

  @Test
  void hostThatAcceptsNoConnectionIsLeftAloneAtOnce() throws Exception {
    fail(unreachable);
    assertThat(rest()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void silenceLeavesItAloneTheThirdTime() throws Exception {
    fail(silent);
    fail(silent);
    fail(silent);
    assertThat(rest()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void anAnswerInBetweenMakesItBeginAnew() throws Exception {
    fail(silent);
    fail(silent);
    breaker.answered(HOST, 500, Optional.empty());
    fail(silent);
    breaker.before(HOST);
  }

  @Test
  void whatFailsAtOnceIsAskedEachTime() throws Exception {
    for (int i = 0; i < 10; i++) {
      fail(new ConnectException("refused"));
    }
    breaker.before(HOST);
  }

  @Test
  void whatFailsAfterAWhileIsAsBadAsSilence() throws Exception {
    for (int i = 0; i < 3; i++) {
      Instant begun = breaker.before(HOST);
      clock.advance(Duration.ofSeconds(2));
      breaker.failed(HOST, begun, new IOException("name servers don't answer"));
    }
    assertThat(rest()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void waitingForAConnectionOfOurOwnIsNoFaultOfTheHost() throws Exception {
    for (int i = 0; i < 3; i++) {
      Instant begun = breaker.before(HOST);
      clock.advance(Duration.ofSeconds(10));
      breaker.failed(HOST, begun, new InterruptedIOException("interrupted"));
    }
    breaker.before(HOST);
  }

  @Test
  void oneRequestTriesAgainAndTheOthersDoNotWaitForIt() throws Exception {
    fail(unreachable);
    clock.advance(Duration.ofSeconds(5));
    breaker.before(HOST);
    assertThat(rest()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void eachTrialInVainDoublesThePauseUpToAMinute() throws Exception {
    fail(unreachable);
    for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
      assertThat(rest()).isEqualTo(Duration.ofSeconds(seconds));
      clock.advance(Duration.ofSeconds(seconds));
      fail(unreachable);
    }
  }

  @Test
  void trialThatIsAnsweredEndsIt() throws Exception {
    fail(unreachable);
    clock.advance(Duration.ofSeconds(5));
    breaker.before(HOST);
    breaker.answered(HOST, 200, Optional.empty());
    breaker.before(HOST);
    breaker.before(HOST);
  }

  @Test
  void hostThatAsksForItIsLeftAloneForAsLongAsItAsks() throws Exception {
    breaker.answered(HOST, 429, Optional.of(Duration.ofSeconds(90)));
    assertThat(rest()).isEqualTo(Duration.ofSeconds(90));
    clock.advance(Duration.ofSeconds(90));
    breaker.before(HOST);
  }

  @Test
  void noHostIsLeftAloneForMoreThanAQuarterOfAnHour() {
    breaker.answered(HOST, 503, Optional.of(Duration.ofDays(1)));
    assertThat(rest()).isEqualTo(Duration.ofMinutes(15));
  }

  @Test
  void retryAfterOfOtherAnswersMeansNothing() throws Exception {
    breaker.answered(HOST, 301, Optional.of(Duration.ofSeconds(90)));
    breaker.before(HOST);
  }

  @Test
  void otherHostsAreAskedMeanwhile() throws Exception {
    fail(unreachable);
    breaker.before("registry.example:5000");
    assertThatThrownBy(() -> breaker.before("REGISTRY.example:443"))
        .isInstanceOf(LeftAloneException.class);
  }

  @Test
  void whetherAHostIsLeftAloneCanBeSeenWithoutAskingIt() throws Exception {
    assertThat(breaker.leavesAlone(HOST)).isFalse();
    fail(silent);
    assertThat(breaker.leavesAlone(HOST)).isFalse();
    fail(unreachable);
    assertThat(breaker.leavesAlone("REGISTRY.example:443")).isTrue();
    clock.advance(Duration.ofSeconds(5));
    assertThat(breaker.leavesAlone(HOST)).isFalse();
    breaker.before(HOST); // looking has taken nobody's turn to try again
  }

  private void fail(IOException cause) throws IOException {
    breaker.failed(HOST, breaker.before(HOST), cause);
  }

  private Duration rest() {
    try {
      breaker.before(HOST);
    } catch (LeftAloneException e) {
      return e.rest();
    }
    throw new AssertionError("it is asked");
  }
}
