package dev.larder.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.cookie.CookieSpecFactory;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Sends single requests and keeps connections: directly, to addresses that the guard allows, or
 * through a proxy. It neither redirects nor authenticates nor decodes. Safe for use by many
 * threads.
 */
final class Transport implements Closeable {
  private static final int CONNECTIONS_PER_HOST = 64;
  private static final int CONNECTIONS = 1024;
  private static final TimeValue IDLE = TimeValue.ofSeconds(60);

  /** Of a head; the longest lines are redirects to signed URLs. */
  private static final int MAX_LINE = 16 << 10;

  private static final int MAX_FIELDS = 200;

  /** So that a host that moves is noticed. */
  private static final TimeValue LIFETIME = TimeValue.ofMinutes(10);

  private final AddressGuard guard;
  private final ProxySettings proxies;
  private final CircuitBreaker breaker;
  private final InstantSource clock;
  private final Client direct;
  private final Optional<Client> proxied;

  private record Client(CloseableHttpClient http, PoolingHttpClientConnectionManager pool) {}

  Transport(
      AddressGuard guard,
      Supplier<SSLContext> tls,
      Deadlines deadlines,
      ProxySettings proxies,
      InstantSource clock) {
    this.guard = guard;
    this.proxies = proxies;
    this.breaker = new CircuitBreaker(clock);
    this.clock = clock;
    this.direct = client(builder(), pool(guard, tls, deadlines), deadlines, false);
    this.proxied =
        proxies.http().isEmpty() && proxies.https().isEmpty()
            ? Optional.empty()
            : Optional.of(proxied(tls, deadlines, proxies));
  }

  /**
   * Sends a request. On a kept connection that turns out to be closed, it is sent once more: to
   * servers, closing idle connections is no error.
   *
   * @throws LeftAloneException if the host has let too many wait, or has asked to be left alone
   */
  Exchange send(OutgoingRequest outgoing) throws IOException {
    String host = host(outgoing.uri());
    Instant begun = breaker.before(host);
    try {
      Exchange exchange = sendAtAnyRate(outgoing);
      breaker.answered(
          host,
          exchange.status(),
          exchange
              .header("Retry-After")
              .flatMap(value -> RetryAfter.parse(value, clock.instant())));
      return exchange;
    } catch (IOException e) {
      breaker.failed(host, begun, e);
      throw e;
    }
  }

  /** What is wrong with the host of {@code uri} if it is left alone now. */
  Optional<CircuitBreaker.Trouble> leftAlone(URI uri) {
    return breaker.leftAlone(host(uri));
  }

  /** Whether the next request to the host of {@code uri} may well wait in vain. */
  boolean mayLetWait(URI uri) {
    return breaker.mayLetWait(host(uri));
  }

  private static String host(URI uri) {
    return uri.getHost() + ":" + Redirects.port(uri);
  }

  private Exchange sendAtAnyRate(OutgoingRequest outgoing) throws IOException {
    URI uri = outgoing.uri();
    HttpHost host = new HttpHost(uri.getScheme(), AddressGuard.plain(uri.getHost()), uri.getPort());
    Client client = direct;
    if (proxied.isPresent() && proxies.proxyFor(uri).isPresent()) {
      guard.checkWithoutResolving(uri.getHost());
      client = proxied.get();
    }
    HttpClientContext context = HttpClientContext.create();
    try {
      return send(client, host, outgoing, context);
    } catch (InterruptedIOException | ConnectException e) {
      throw e;
    } catch (IOException e) {
      EndpointDetails connection = context.getEndpointDetails();
      if (outgoing.form().isPresent() || connection == null || connection.getRequestCount() < 2) {
        throw e;
      }
      client.pool.closeIdle(TimeValue.ZERO_MILLISECONDS); // what one has lost, others may have too
      return send(client, host, outgoing, HttpClientContext.create());
    }
  }

  private static Exchange send(
      Client client, HttpHost host, OutgoingRequest outgoing, HttpClientContext context)
      throws IOException {
    HttpUriRequestBase request = new HttpUriRequestBase(outgoing.method(), outgoing.uri());
    outgoing.headers().forEach(request::addHeader);
    request.setHeader("Accept-Encoding", "identity");
    outgoing.authorization().ifPresent(value -> request.setHeader("Authorization", value));
    outgoing
        .form()
        .ifPresent(
            form ->
                request.setEntity(
                    new StringEntity(
                        form,
                        ContentType.APPLICATION_FORM_URLENCODED.withCharset(
                            StandardCharsets.UTF_8))));
    return new Exchange(request, client.http.executeOpen(host, request, context), outgoing.uri());
  }

  private static Client proxied(
      Supplier<SSLContext> tls, Deadlines deadlines, ProxySettings proxies) {
    BasicCredentialsProvider logins = new BasicCredentialsProvider();
    proxies.http().ifPresent(proxy -> login(logins, proxy));
    proxies.https().ifPresent(proxy -> login(logins, proxy));
    HttpClientBuilder builder = builder();
    builder.setDefaultCredentialsProvider(logins);
    builder.setTargetAuthenticationStrategy((type, challenges, context) -> List.of());
    builder.setRoutePlanner(
        new DefaultRoutePlanner(null) {
          @Override
          protected @Nullable HttpHost determineProxy(HttpHost target, HttpContext context) {
            return ("https".equals(target.getSchemeName()) ? proxies.https() : proxies.http())
                .map(Transport::proxyHost)
                .orElse(null);
          }
        });
    return client(
        builder, pool(SystemDefaultDnsResolver.INSTANCE, tls, deadlines), deadlines, true);
  }

  private static void login(BasicCredentialsProvider logins, URI proxy) {
    String user = proxy.getUserInfo();
    if (user != null) {
      String[] parts = user.split(":", 2);
      logins.setCredentials(
          new AuthScope(proxyHost(proxy)),
          new UsernamePasswordCredentials(
              parts[0], (parts.length > 1 ? parts[1] : "").toCharArray()));
    }
  }

  private static HttpHost proxyHost(URI proxy) {
    return new HttpHost(
        "http", AddressGuard.plain(proxy.getHost()), proxy.getPort() < 0 ? 80 : proxy.getPort());
  }

  private static HttpClientBuilder builder() {
    return HttpClientBuilder.create()
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        // Else it reads a list of all public suffixes, for cookies that nobody keeps.
        .setDefaultCookieSpecRegistry(RegistryBuilder.<CookieSpecFactory>create().build())
        .disableContentCompression()
        .disableAuthCaching()
        .evictExpiredConnections()
        .evictIdleConnections(IDLE)
        .setUserAgent(userAgent());
  }

  private static String userAgent() {
    String version = Transport.class.getPackage().getImplementationVersion();
    return "larder/" + (version == null ? "dev" : version);
  }

  private static Client client(
      HttpClientBuilder builder,
      PoolingHttpClientConnectionManager pool,
      Deadlines deadlines,
      boolean authenticate) {
    RequestConfig config =
        RequestConfig.custom()
            .setAuthenticationEnabled(authenticate)
            .setProtocolUpgradeEnabled(false)
            .setConnectionRequestTimeout(timeout(deadlines.silence()))
            .setResponseTimeout(timeout(deadlines.silence()))
            .build();
    return new Client(
        builder.setConnectionManager(pool).setDefaultRequestConfig(config).build(), pool);
  }

  private static PoolingHttpClientConnectionManager pool(
      DnsResolver resolver, Supplier<SSLContext> tls, Deadlines deadlines) {
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setDnsResolver(resolver)
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder()
                .http1Config(
                    Http1Config.custom()
                        .setMaxLineLength(MAX_LINE)
                        .setMaxHeaderCount(MAX_FIELDS)
                        .build())
                .build())
        // The JDK looks at the name itself; the library's look has a list of all public suffixes.
        .setTlsSocketStrategy(
            (socket, target, port, attachment, context) ->
                new DefaultClientTlsStrategy(
                        tls.get(),
                        HostnameVerificationPolicy.BUILTIN,
                        NoopHostnameVerifier.INSTANCE)
                    .upgrade(socket, target, port, attachment, context))
        .setMaxConnPerRoute(CONNECTIONS_PER_HOST)
        .setMaxConnTotal(CONNECTIONS)
        .setDefaultTlsConfig(
            TlsConfig.custom().setHandshakeTimeout(timeout(deadlines.connect())).build())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(timeout(deadlines.connect()))
                .setSocketTimeout(timeout(deadlines.silence()))
                .setTimeToLive(LIFETIME)
                .build())
        .build();
  }

  private static Timeout timeout(Duration duration) {
    return Timeout.ofMilliseconds(duration.toMillis());
  }

  /** Closes all connections, those in use too. */
  @Override
  public void close() {
    direct.http.close(CloseMode.IMMEDIATE);
    proxied.ifPresent(client -> client.http.close(CloseMode.IMMEDIATE));
  }
}
