package dev.larder.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeUpstreamTest {
  private final FakeUpstream fake = FakeUpstream.start();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    client.close();
    fake.close();
  }

  @Test
  void servesWhatWasPutIntoIt() throws Exception {
    TestImages.Image image = TestImages.image("app", 1000);
    Digest digest = fake.putImage("org/app", "1", image);

    HttpResponse<byte[]> manifest = get("/v2/org/app/manifests/1");
    assertThat(manifest.body()).isEqualTo(image.manifest());
    assertThat(manifest.headers().firstValue("Content-Type"))
        .contains(MediaType.OCI_MANIFEST.value());
    assertThat(manifest.headers().firstValue("Docker-Content-Digest")).contains(digest.toString());
    assertThat(get("/v2/org/app/blobs/" + image.layer(0), "Range", "bytes=990-").body())
        .hasSize(10);
    assertThat(get("/v2/org/app/manifests/2").statusCode()).isEqualTo(404);
    assertThat(fake.requests()).hasSize(3);
    assertThat(fake.requests(SeenRequest::isBlob).getFirst().header("range"))
        .contains("bytes=990-");
  }

  @Test
  void listsTagsByPagesAndReferrers() throws Exception {
    TestImages.Image image = TestImages.image("app", 10);
    TestImages.Image signature = TestImages.referrer(image, "application/signature");
    fake.putImage("app", "a", image);
    fake.putImage("app", "b", signature);

    HttpResponse<byte[]> page = get("/v2/app/tags/list?n=1");
    assertThat(text(page)).isEqualTo("{\"name\":\"app\",\"tags\":[\"a\"]}");
    assertThat(page.headers().firstValue("Link"))
        .contains("</v2/app/tags/list?last=a&n=1>; rel=\"next\"");
    assertThat(text(get("/v2/app/referrers/" + image.digest())))
        .contains(signature.digest().toString());
    fake.referrersApi(false);
    assertThat(get("/v2/app/referrers/" + image.digest()).statusCode()).isEqualTo(404);
  }

  @Test
  void faultsMeetAsManyRequestsAsTheyWereGiven() throws Exception {
    fake.putImage("app", "1", TestImages.image("app", 10));
    fake.fail(SeenRequest::isManifest, 1, Fault.throttle("7"));
    assertThat(get("/v2/app/manifests/1").headers().firstValue("Retry-After")).contains("7");
    assertThat(get("/v2/app/manifests/1").statusCode()).isEqualTo(200);
  }

  @Test
  void aCutEndsTheConnectionAndAStallWaitsForItsLatch() throws Exception {
    Digest blob = fake.putBlob("app", TestImages.bytes(1, 100_000));
    fake.fail(SeenRequest::isBlob, 1, new Fault.Cut(70_000));
    assertThatThrownBy(() -> get("/v2/app/blobs/" + blob)).isInstanceOf(IOException.class);
    assertThat(fake.bytesSent()).isEqualTo(70_000);

    CountDownLatch released = new CountDownLatch(1);
    fake.fail(SeenRequest::isBlob, 1, new Fault.Stall(10, released));
    CompletableFuture<HttpResponse<byte[]>> stalled =
        client.sendAsync(
            HttpRequest.newBuilder(fake.url().resolve("/v2/app/blobs/" + blob)).build(),
            BodyHandlers.ofByteArray());
    fake.awaitRequests(SeenRequest::isBlob, 2);
    assertThat(stalled).isNotDone();
    released.countDown();
    assertThat(stalled.join().body()).hasSize(100_000);
  }

  @Test
  void tokensOpenIt() throws Exception {
    fake.putImage("app", "1", TestImages.image("app", 10));
    FakeAuthentication.Bearer bearer = FakeAuthentication.Bearer.anonymous();
    fake.authenticate(bearer);
    HttpResponse<byte[]> refused = get("/v2/app/manifests/1");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("WWW-Authenticate"))
        .contains(
            "Bearer realm=\"%s/token\",service=\"fake\",scope=\"repository:app:pull\""
                .formatted(fake.url()));
    assertThat(text(get("/token?service=fake"))).isEqualTo("{\"token\":\"token-1\"}");
    assertThat(get("/v2/app/manifests/1", "Authorization", "Bearer token-1").statusCode())
        .isEqualTo(200);
    bearer.revokeAll();
    assertThat(get("/v2/app/manifests/1", "Authorization", "Bearer token-1").statusCode())
        .isEqualTo(401);
  }

  @Test
  void vanishesAndReappearsAtTheSamePort() throws Exception {
    URI before = fake.url();
    fake.vanish();
    assertThatThrownBy(() -> get("/v2/")).isInstanceOf(IOException.class);
    fake.reappear();
    assertThat(fake.url()).isEqualTo(before);
    assertThat(get("/v2/").statusCode()).isEqualTo(200);
  }

  private HttpResponse<byte[]> get(String target, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(fake.url().resolve(target));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
