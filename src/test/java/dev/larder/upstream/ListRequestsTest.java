package dev.larder.upstream;

import static dev.larder.upstream.Lab.APP;
import static dev.larder.upstream.Lab.absent;
import static dev.larder.upstream.Lab.failed;
import static dev.larder.upstream.Lab.found;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.RepositoryName;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.TestImages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListRequestsTest {
  private static final TestImages.Image IMAGE = TestImages.image("app", 10);
  private static final TestImages.Image SIGNATURE =
      TestImages.referrer(IMAGE, "application/signature");

  @TempDir private Path folder;
  private Lab lab;
  private FakeUpstream fake;
  private UpstreamRegistry registry;

  @BeforeEach
  void start() {
    lab = new Lab(folder);
    fake = lab.fake;
    for (String tag : new String[] {"a", "b", "c"}) {
      fake.putImage("org/app", tag, IMAGE);
    }
    fake.putImage("org/app", "sig", SIGNATURE);
    registry = lab.registry();
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  @Test
  void tagsComePageByPage() {
    Page first = found(registry.tags(APP, "n=3"));
    assertThat(text(first)).isEqualTo("{\"name\":\"org/app\",\"tags\":[\"a\",\"b\",\"c\"]}");
    assertThat(first.next()).contains("last=c&n=3");
    Page second = found(registry.tags(APP, first.next().orElseThrow()));
    assertThat(text(second)).contains("[\"sig\"]");
    assertThat(second.next()).isEmpty();
    assertThat(text(found(registry.tags(APP, "")))).contains("sig");
    assertThat(fake.requests().getLast()).hasToString("GET /v2/org/app/tags/list");
  }

  @Test
  void nextPageIsNeverLookedForAtAnotherHost() {
    fake.fail(
        request -> true,
        1,
        new Fault.WithHeader("Link", "<https://evil.example/x?last=b>; rel=\"next\""));
    assertThat(found(registry.tags(APP, "")).next()).contains("last=b");
  }

  @ParameterizedTest
  @CsvSource({
    "last=a|b, last=a%7Cb",
    "last=%zz, last=%25zz",
    "last=%41&n=1, last=%41&n=1",
    "last=\u00e9, last=%C3%A9"
  })
  void queryThatCannotStandInAUrlIsEscaped(String query, String sent) {
    fake.fail(request -> true, new Fault.Status(200, Map.of(), "{}"));
    found(registry.tags(APP, query));
    assertThat(fake.requests().getLast().query()).isEqualTo(sent);
  }

  @Test
  void unknownRepositoryIsAbsentAndNonsenseIsAFailure() {
    assertThat(absent(registry.tags(new RepositoryName("none"), "")))
        .contains("has no tags of none (404 NAME_UNKNOWN)");
    fake.fail(request -> true, 1, new Fault.Status(200, Map.of(), "<html>"));
    assertThat(failed(registry.tags(APP, ""))).contains("isn't a JSON object");
    fake.fail(request -> true, 1, new Fault.Status(200, Map.of(), "{\"tags\":["));
    assertThat(failed(registry.tags(APP, ""))).contains("isn't a JSON object");
    fake.fail(request -> true, 1, new Fault.WrongLength((16 << 20) + 1));
    assertThat(failed(registry.tags(APP, ""))).contains("more than 16777216 bytes");
  }

  @Test
  void referrersAreListedAndFiltered() {
    Page all = found(registry.referrers(APP, IMAGE.digest(), ""));
    assertThat(text(all)).contains(SIGNATURE.digest().toString());
    Page none = found(registry.referrers(APP, IMAGE.digest(), "artifactType=application/sbom"));
    assertThat(text(none)).contains("\"manifests\":[]");
    assertThat(fake.requests().getLast().query()).isEqualTo("artifactType=application/sbom");
  }

  @Test
  void referrersMayHaveFurtherPages() {
    fake.fail(request -> true, new Fault.WithHeader("Link", "</x?page=2>; rel=\"next\""));
    assertThat(found(registry.referrers(APP, IMAGE.digest(), "")).next()).contains("page=2");
  }

  @Test
  void withoutTheApiReferrersAreAbsent() {
    fake.referrersApi(false);
    assertThat(absent(registry.referrers(APP, IMAGE.digest(), "")))
        .contains("has no referrers API");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 405, 501})
  void someSayItOtherwise(int status) {
    fake.fail(request -> true, new Fault.Status(status, Map.of(), "<html>not here</html>"));
    absent(registry.referrers(APP, IMAGE.digest(), ""));
  }

  @Test
  void upstreamInTroubleDoesNotLackTheApi() {
    fake.fail(request -> true, new Fault.Status(503));
    failed(registry.referrers(APP, IMAGE.digest(), ""));
  }

  private static String text(Page page) {
    return new String(page.content(), StandardCharsets.UTF_8);
  }
}
