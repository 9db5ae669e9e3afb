package dev.larder.upstream;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.oci.RegistryName;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.MessageConstraintException;

/**
 * What an upstream is asked for, and the sentences that say how it went: what, of whom, what
 * happened, what to do. No credential, no token and no query of a URL is ever in them.
 *
 * @param subject what is asked for, {@code org/app:1}
 */
record Question(UpstreamSettings settings, Deadlines deadlines, Clock clock, String subject) {
  /** What the upstream was shown. */
  enum Shown {
    NOTHING(
        "if it exists, configure username and password-file for upstream %s, or log in with %s"),
    CREDENTIAL(
        "the credential for it doesn't suffice: check username and password-file of upstream %s, or"
            + " log in anew with %s"),
    CLIENTS_TOKEN("the token that the client has of %s doesn't suffice");

    private final String doing;

    Shown(String doing) {
      this.doing = doing;
    }
  }

  private static final JsonMapper JSON = new JsonMapper();

  Question about(String other) {
    return new Question(settings, deadlines, clock, other);
  }

  /** What an answer means that isn't what was asked for. */
  <T> Answer<T> unwanted(Exchange exchange, Shown shown, Optional<BearerChallenge> challenge) {
    boolean own = Redirects.sameOrigin(settings.url(), exchange.uri());
    return switch (exchange.status()) {
      case 404 -> absent(exchange);
      case 401, 403 -> own ? refused(exchange, shown, challenge) : failed(exchange);
      default -> failed(exchange);
    };
  }

  private <T> Answer<T> absent(Exchange exchange) {
    return new Answer.Absent<>(
        "%s has no %s (%s)".formatted(settings.name(), subject, said(exchange)));
  }

  <T> Answer<T> refused(Exchange exchange, Shown shown, Optional<BearerChallenge> challenge) {
    return new Answer.Refused<>(
        "%s refused %s (%s): %s"
            .formatted(
                who(exchange),
                subject,
                said(exchange),
                shown.doing.formatted(settings.name(), login())),
        challenge);
  }

  <T> Answer<T> failed(Exchange exchange) {
    Optional<Duration> retryAfter =
        exchange.header("Retry-After").flatMap(value -> RetryAfter.parse(value, clock.instant()));
    String meaning =
        exchange.status() == 429
            ? ": too many requests%s; a login with %s may raise the limit"
                .formatted(
                    retryAfter.map(d -> " for the next %d s".formatted(d.toSeconds())).orElse(""),
                    login())
            : exchange.status() >= 500 ? "" : ", which is no answer of a registry";
    return new Answer.Failed<>(
        "%s answered %s for %s%s".formatted(who(exchange), said(exchange), subject, meaning),
        retryAfter);
  }

  <T> Answer<T> failed(IOException e) {
    return failed(
        reason(e),
        e instanceof LeftAloneException alone ? Optional.of(alone.rest()) : Optional.empty());
  }

  <T> Answer<T> failed(String reason) {
    return failed(reason, Optional.empty());
  }

  private <T> Answer<T> failed(String reason, Optional<Duration> retryAfter) {
    return new Answer.Failed<>(
        "%s could not be asked for %s: %s".formatted(settings.name(), subject, reason), retryAfter);
  }

  /** What went wrong, in words that end a sentence. */
  String reason(IOException e) {
    return switch (e) {
      case UpstreamException ours -> text(ours);
      case LeftAloneException alone ->
          "it is left alone for %d s, since %s"
              .formatted(alone.rest().plusMillis(999).toSeconds(), reason(alone.trouble()));
      case ForbiddenAddressException ours -> text(ours);
      case UnknownHostException unknown -> "the name of its host can't be resolved";
      case ConnectTimeoutException late ->
          "no connection within %s".formatted(seconds(deadlines.connect()));
      case ConnectionRequestTimeoutException busy -> "too many requests to it are under way";
      case SocketTimeoutException silent ->
          "it sent nothing for %s".formatted(seconds(deadlines.silence()));
      case InterruptedIOException interrupted -> "the request was interrupted";
      case ConnectException refused -> "the connection was refused";
      case SSLException tls ->
          "TLS failed: %s. If its certificate is by an authority of your own, configure ca-file;"
                  .formatted(text(tls))
              + " if it speaks plain HTTP, configure its url with http://";
      case MessageConstraintException huge -> "the head of its answer is too long";
      case ClientProtocolException nonsense -> "what it sent isn't HTTP";
      default -> "the connection broke: " + text(e);
    };
  }

  private static String text(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }

  private String who(Exchange exchange) {
    return Redirects.sameOrigin(settings.url(), exchange.uri())
        ? settings.name().value()
        : "%s, where %s sends us,".formatted(exchange.uri().getHost(), settings.name());
  }

  /** Status and error code: {@code 404 MANIFEST_UNKNOWN}. */
  private static String said(Exchange exchange) {
    String code = "";
    try {
      code = JSON.readTree(exchange.excerpt()).path("errors").path(0).path("code").asText();
    } catch (IOException e) {
      // no JSON, no code
    }
    return code.matches("[A-Z_]{1,40}") ? exchange.status() + " " + code : "" + exchange.status();
  }

  private String login() {
    RegistryName server = settings.server();
    return server.equals(RegistryName.DOCKER_HUB) ? "docker login" : "docker login " + server;
  }
}
