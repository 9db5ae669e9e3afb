package dev.larder.upstream;

import static dev.larder.upstream.Lab.APP;
import static dev.larder.upstream.Lab.absent;
import static dev.larder.upstream.Lab.failed;
import static dev.larder.upstream.Lab.found;
import static dev.larder.upstream.Lab.reference;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.oci.RepositoryName;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestRequestsTest {
  private static final TestImages.Image IMAGE = TestImages.image("app", 10);
  private static final Digest OTHER = Digest.sha256(new byte[1]);

  @TempDir private Path folder;
  private Lab lab;
  private FakeUpstream fake;
  private UpstreamRegistry registry;

  @BeforeEach
  void start() {
    lab = new Lab(folder);
    fake = lab.fake;
    fake.putImage("org/app", "1", IMAGE);
    registry = lab.registry();
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  @Test
  void headSaysWhereTheTagPoints() {
    assertThat(found(registry.headManifest(APP, reference("1"))).digest()).contains(IMAGE.digest());
    assertThat(fake.requests())
        .singleElement()
        .hasToString("HEAD /v2/org/app/manifests/1")
        .extracting(request -> request.header("Accept").orElseThrow())
        .isEqualTo(
            "application/vnd.docker.distribution.manifest.v2+json,"
                + " application/vnd.docker.distribution.manifest.list.v2+json,"
                + " application/vnd.oci.image.manifest.v1+json,"
                + " application/vnd.oci.image.index.v1+json, */*");
  }

  @Test
  void manifestComesAsItIsByTagAndByDigest() {
    for (String reference : new String[] {"1", IMAGE.digest().toString()}) {
      UpstreamManifest manifest = found(registry.manifest(APP, reference(reference)));
      assertThat(manifest.content()).isEqualTo(IMAGE.manifest());
      assertThat(manifest.digest()).isEqualTo(IMAGE.digest());
      assertThat(manifest.mediaType()).isEqualTo(MediaType.OCI_MANIFEST);
    }
  }

  @Test
  void manifestNamedBySha512IsHeldAgainstSha512() {
    Digest digest = Digest.of(Digest.Algorithm.SHA512, IMAGE.manifest());
    fake.putManifest("org/app", digest.toString(), MediaType.OCI_MANIFEST, IMAGE.manifest());
    assertThat(found(registry.manifest(APP, digest)).digest()).isEqualTo(digest);
  }

  @Test
  void requestsSayWhoAsksAndWantNoEncodingAndNoCookies() {
    fake.fail(SeenRequest::isManifest, 1, new Fault.WithHeader("Set-Cookie", "a=b"));
    found(registry.headManifest(APP, reference("1")));
    found(registry.manifest(APP, reference("1")));
    assertThat(fake.requests())
        .hasSize(2)
        .allSatisfy(
            request -> {
              assertThat(request.header("User-Agent").orElseThrow()).startsWith("larder/");
              assertThat(request.header("Accept-Encoding")).contains("identity");
              assertThat(request.header("Cookie")).isEmpty();
              assertThat(request.header("Authorization")).isEmpty();
            });
    assertThat(fake.connectionsAccepted()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {405, 501})
  void upstreamThatKnowsNoHeadOrSaysNoDigestLeavesItOpen(int status) {
    fake.fail(r -> r.method().equals("HEAD"), 1, new Fault.Status(status));
    assertThat(found(registry.headManifest(APP, reference("1"))).digest()).isEmpty();
    fake.fail(SeenRequest::isManifest, 1, new Fault.WithoutHeader("Docker-Content-Digest"));
    assertThat(found(registry.headManifest(APP, reference("1"))).digest()).isEmpty();
    fake.fail(SeenRequest::isManifest, 1, new Fault.WithHeader("Docker-Content-Digest", "md5:1"));
    assertThat(found(registry.headManifest(APP, reference("1"))).digest()).isEmpty();
  }

  @Test
  void whatIsNotThereIsAbsentAndSaidInWords() {
    String name = fake.name().value();
    assertThat(absent(registry.headManifest(APP, reference("2"))))
        .isEqualTo(name + " has no org/app:2 (404)");
    assertThat(absent(registry.manifest(APP, OTHER)))
        .isEqualTo(name + " has no org/app@" + OTHER + " (404 MANIFEST_UNKNOWN)");
    assertThat(absent(registry.manifest(new RepositoryName("none"), reference("1"))))
        .isEqualTo(name + " has no none:1 (404 NAME_UNKNOWN)");
  }

  @Test
  void wrongBytesAreNeverFoundUnderADigest() {
    fake.fail(SeenRequest::isManifest, 1, new Fault.WrongBytes());
    assertThat(failed(registry.manifest(APP, IMAGE.digest())))
        .contains("org/app@" + IMAGE.digest(), "the digest of what it sent is sha256:");
  }

  @Test
  void wrongDigestsInHeadersAreNotBelieved() {
    Fault lie = new Fault.WithHeader("Docker-Content-Digest", OTHER.toString());
    fake.fail(SeenRequest::isManifest, lie);
    assertThat(failed(registry.manifest(APP, reference("1")))).contains("not " + OTHER);
    assertThat(failed(registry.headManifest(APP, IMAGE.digest()))).contains(OTHER.toString());
    assertThat(found(registry.manifest(APP, IMAGE.digest())).content()).isEqualTo(IMAGE.manifest());
  }

  @Test
  void typeComesFromTheContentWhereTheHeaderLacksIt() {
    fake.fail(SeenRequest::isManifest, new Fault.WithoutHeader("Content-Type"));
    assertThat(found(registry.manifest(APP, reference("1"))).mediaType())
        .isEqualTo(MediaType.OCI_MANIFEST);
    byte[] silent = "{\"schemaVersion\":2}".getBytes(StandardCharsets.UTF_8);
    fake.putManifest("org/app", "silent", MediaType.OCI_MANIFEST, silent);
    assertThat(failed(registry.manifest(APP, reference("silent"))))
        .contains("doesn't say which type");
  }

  @Test
  void pagesAndOtherNonsenseAreNoManifests() {
    Fault page = new Fault.Status(200, Map.of("Content-Type", "text/html"), "<html>Log in</html>");
    fake.fail(SeenRequest::isManifest, 2, page);
    assertThat(failed(registry.manifest(APP, reference("1")))).contains("isn't a JSON object");
    assertThat(failed(registry.headManifest(APP, reference("1")))).contains("HTML page");
    fake.fail(SeenRequest::isManifest, 1, new Fault.WithHeader("Content-Encoding", "gzip"));
    assertThat(failed(registry.manifest(APP, reference("1")))).contains("encoded");
    fake.fail(SeenRequest::isManifest, 1, new Fault.Status(206));
    assertThat(failed(registry.manifest(APP, reference("1")))).contains("206");
  }

  @Test
  void manifestThatIsTooLongIsNotRead() {
    byte[] tooLong = TestImages.bytes(1, ManifestReader.MAX_SIZE + 1);
    fake.putManifest("org/app", "long", MediaType.OCI_MANIFEST, tooLong);
    assertThat(failed(registry.manifest(APP, reference("long"))))
        .contains("more than 4194304 bytes");
    fake.fail(SeenRequest::isManifest, 1, new Fault.Chunked());
    assertThat(failed(registry.manifest(APP, reference("long"))))
        .contains("more than 4194304 bytes");
  }

  @Test
  void upstreamMayLieUnderAPath() {
    UpstreamSettings below =
        new UpstreamSettings(
            fake.name(),
            URI.create(fake.url() + "/some/where/"),
            true,
            Optional.empty(),
            Optional.empty());
    absent(lab.registry(below, Lab.PATIENT).headManifest(APP, reference("1")));
    assertThat(fake.requests().getLast()).hasToString("HEAD /some/where/v2/org/app/manifests/1");
  }
}
