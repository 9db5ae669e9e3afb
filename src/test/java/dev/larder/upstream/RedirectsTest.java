package dev.larder.upstream;

import static dev.larder.upstream.Lab.APP;
import static dev.larder.upstream.Lab.absent;
import static dev.larder.upstream.Lab.failed;
import static dev.larder.upstream.Lab.found;
import static dev.larder.upstream.Lab.read;
import static dev.larder.upstream.Lab.reference;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.testing.FakeAuthentication;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectsTest {
  private static final byte[] CONTENT = TestImages.bytes(1, 1000);
  private static final Digest DIGEST = Digest.sha256(CONTENT);

  @TempDir private Path folder;
  private final FakeUpstream cdn = FakeUpstream.start();
  private Lab lab;
  private FakeUpstream fake;

  @BeforeEach
  void start() {
    lab = new Lab(folder);
    fake = lab.fake;
    fake.putBlob("org/app", CONTENT);
    cdn.putFile("/data", CONTENT);
  }

  @AfterEach
  void stop() {
    cdn.close();
    lab.close();
  }

  @Test
  void credentialIsNotSentToAnotherHost() throws Exception {
    fake.authenticate(new FakeAuthentication.Basic("me", "secret"));
    UpstreamRegistry registry = lab.registry(lab.settings("me", "secret"), Lab.PATIENT);
    found(registry.headBlob(APP, DIGEST));
    redirectTo(cdn.url().resolve("/data?X-Amz-Signature=a%2Bb"));
    assertThat(read(found(lab.blob(registry, DIGEST)))).isEqualTo(CONTENT);
    assertThat(fake.requests().getLast().header("Authorization")).isPresent();
    assertThat(cdn.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request).hasToString("GET /data?X-Amz-Signature=a%2Bb");
              assertThat(request.headers()).doesNotContainKeys("authorization", "cookie");
            });
  }

  @Test
  void credentialStaysAwayWhenARedirectComesBack() {
    fake.authenticate(new FakeAuthentication.Basic("me", "secret"));
    UpstreamRegistry registry = lab.registry(lab.settings("me", "secret"), Lab.PATIENT);
    found(registry.headBlob(APP, DIGEST));
    redirectTo(cdn.url().resolve("/back"));
    cdn.fail(request -> true, new Fault.Redirect(fake.url().resolve("/home")));
    absent(lab.blob(registry, DIGEST));
    assertThat(fake.requests().getLast().headers()).doesNotContainKey("authorization");
  }

  @Test
  void credentialGoesOnAtTheSameHost() throws Exception {
    fake.authenticate(new FakeAuthentication.Basic("me", "secret"));
    UpstreamRegistry registry = lab.registry(lab.settings("me", "secret"), Lab.PATIENT);
    found(registry.headBlob(APP, DIGEST));
    fake.putFile("/store", CONTENT);
    redirectTo(URI.create("/store"));
    assertThat(read(found(lab.blob(registry, DIGEST)))).isEqualTo(CONTENT);
    assertThat(fake.requests().getLast().header("Authorization")).isPresent();
  }

  @Test
  void rangeAndTagGoAlong() throws Exception {
    redirectTo(cdn.url().resolve("/data"));
    Optional<String> etag = Optional.of("\"" + DIGEST.hex() + "\"");
    BlobStream rest = found(lab.registry().blob(APP, DIGEST, 990, etag));
    assertThat(rest.offset()).isEqualTo(990);
    assertThat(read(rest)).isEqualTo(Arrays.copyOfRange(CONTENT, 990, 1000));
    assertThat(cdn.requests().getFirst().header("If-Range")).isEqualTo(etag);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void allKindsOfRedirectsAreFollowed(int status) {
    String to = cdn.url().resolve("/data").toString();
    fake.fail(SeenRequest::isBlob, new Fault.Status(status, Map.of("Location", to), ""));
    assertThat(found(lab.registry().headBlob(APP, DIGEST))).isEqualTo(1000);
  }

  @Test
  void fiveAreFollowedAndNoMore() {
    fake.fail(request -> true, 5, new Fault.Redirect(fake.url().resolve("/v2/again")));
    absent(lab.blob(lab.registry(), DIGEST));
    fake.fail(request -> true, 6, new Fault.Redirect(fake.url().resolve("/v2/again")));
    assertThat(failed(lab.blob(lab.registry(), DIGEST))).contains("more than 5 times");
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://h/secret, http or https",
    "file:///etc/passwd, http or https",
    "http:///secret, http or https",
    "http://h:99999/secret, http or https",
    "'http://h/secret |', isn't a URL",
    "http://secret:secret@h/, a URL of h with a login",
    "'', http or https"
  })
  void wherePeopleMustNotBeSentNobodyGoes(String location, String reason) {
    fake.fail(SeenRequest::isBlob, new Fault.Status(307, Map.of("Location", location), ""));
    assertThat(failed(lab.blob(lab.registry(), DIGEST))).contains(reason).doesNotContain("secret");
  }

  @Test
  void missingLocationIsAFailure() {
    fake.fail(SeenRequest::isBlob, new Fault.Status(302));
    failed(lab.blob(lab.registry(), DIGEST));
  }

  @Test
  void troubleBehindARedirectNamesTheHostAloneAndAsksForNoLogin() {
    redirectTo(cdn.url().resolve("/data?sig=secret"));
    cdn.fail(request -> true, 1, new Fault.Status(403));
    assertThat(failed(lab.blob(lab.registry(), DIGEST)))
        .contains("127.0.0.1, where %s sends us, answered 403".formatted(fake.name()))
        .doesNotContain("secret", "login");
    cdn.vanish();
    assertThat(failed(lab.blob(lab.registry(), DIGEST))).doesNotContain("secret");
  }

  @Test
  void manifestsAreRedirectedToo() {
    TestImages.Image image = TestImages.image("app", 1);
    cdn.putImage("elsewhere", "1", image);
    fake.fail(
        SeenRequest::isManifest,
        new Fault.Redirect(cdn.url().resolve("/v2/elsewhere/manifests/1")));
    assertThat(found(lab.registry().manifest(APP, reference("1"))).digest())
        .isEqualTo(image.digest());
  }

  private void redirectTo(URI to) {
    fake.fail(
        request -> request.method().equals("GET") && request.isBlob(), new Fault.Redirect(to));
  }
}
