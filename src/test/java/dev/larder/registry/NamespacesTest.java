package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamespacesTest {
  private static final Set<RegistryName> OWN =
      Set.of(
          new RegistryName("localhost:5000"),
          new RegistryName("127.0.0.1:5000"),
          new RegistryName("[::1]:5000"),
          new RegistryName("larder"));

  private static final Namespaces UNBOUND = new Namespaces(OWN, Optional.empty(), _ -> false);

  private static final Namespaces BOUND =
      new Namespaces(
          OWN, Optional.of(RegistryName.DOCKER_HUB), new RepositoryName("mine/app")::equals);

  /** A repository is written as it is printed, a hosted one with "hosted " before it. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # nothing but a name
          /v2/app/tags/list,                                  ,                    hosted app
          /v2/org/app/tags/list,                              ,                    hosted org/app
          /v2/my.app/tags/list,                               ,                    hosted my.app
          # ns is one of our own names
          /v2/app/tags/list,                                  localhost:5000,      hosted app
          /v2/app/tags/list,                                  LOCALHOST:5000,      hosted app
          /v2/app/tags/list,                                  127.0.0.1:5000,      hosted app
          /v2/app/tags/list,                                  [::1]:5000,          hosted app
          /v2/app/tags/list,                                  larder,              hosted app
          /v2/my.org/app/tags/list,                           larder,              hosted my.org/app
          # ns is any other name
          /v2/org/app/tags/list,                              quay.io,             quay.io/org/app
          /v2/org/app/tags/list,                              Quay.IO,             quay.io/org/app
          /v2/app/tags/list,                                  localhost:5001,      localhost:5001/app
          /v2/busybox/tags/list,                              docker.io,           docker.io/library/busybox
          /v2/library/busybox/tags/list,                      index.docker.io,     docker.io/library/busybox
          /v2/busybox/tags/list,                              registry-1.docker.io, docker.io/library/busybox
          # a registry in front of the name
          /v2/quay.io/org/app/tags/list,                      ,                    quay.io/org/app
          /v2/docker.io/busybox/tags/list,                    ,                    docker.io/library/busybox
          /v2/localhost:5000/app/tags/list,                   ,                    hosted app
          /v2/localhost%3A5000/app/tags/list,                 ,                    hosted app
          /v2/registry.local:8080/app/tags/list,              ,                    registry.local:8080/app
          /v2/localhost/app/tags/list,                        ,                    localhost/app
          # a registry in front of /v2/
          /quay.io/v2/org/app/tags/list,                      ,                    quay.io/org/app
          /docker.io/v2/library/busybox/tags/list,            ,                    docker.io/library/busybox
          /localhost:5000/v2/app/tags/list,                   ,                    hosted app
          # ns and a registry in the path that repeats it
          /v2/docker.io/library/busybox/tags/list,            docker.io,           docker.io/library/busybox
          /v2/docker.io/busybox/tags/list,                    index.docker.io,     docker.io/library/busybox
          /v2/localhost:5000/app/tags/list,                   localhost:5000,      hosted app
          /quay.io/v2/org/app/tags/list,                      quay.io,             quay.io/org/app
          # ns and a registry in the path that differs: ns knows better
          /v2/my.group/app/tags/list,                         registry.gitlab.com, registry.gitlab.com/my.group/app
          /quay.io/v2/org/app/tags/list,                      ghcr.io,             ghcr.io/org/app
          # names that contain the API's own words
          /v2/manifests/blobs/tags/tags/list,                 ,                    hosted manifests/blobs/tags
          /v2/blobs/uploads/tags/list,                        ,                    hosted blobs/uploads
          """)
  void aRequestMeans(String path, @Nullable String ns, String expected) {
    assertThat(repository(UNBOUND, path, Optional.ofNullable(ns), true)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          /v2/library/busybox/tags/list, true,  docker.io/library/busybox
          /v2/busybox/tags/list,         true,  docker.io/library/busybox
          /v2/mine/app/tags/list,        true,  hosted mine/app
          /v2/mine/app/tags/list,        false, hosted mine/app
          /v2/mine/new/tags/list,        false, hosted mine/new
          /v2/quay.io/org/app/tags/list, true,  quay.io/org/app
          /v2/larder/app/tags/list,      true,  docker.io/larder/app
          """)
  void onAListenerThatIsBoundToDockerHub(String path, boolean pull, String expected) {
    assertThat(repository(BOUND, path, Optional.empty(), pull)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          localhost:5000, hosted busybox
          quay.io,        quay.io/busybox
          """)
  void nsOverrulesTheListener(String ns, String expected) {
    assertThat(repository(BOUND, "/v2/busybox/tags/list", Optional.of(ns), true))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "http://quay.io", "quay.io/org", "a b", "quay.io:", "-", "é.io"})
  void nsThatIsNoRegistryIsRefused(String ns) {
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> repository(UNBOUND, "/v2/app/tags/list", Optional.of(ns), true))
        .satisfies(e -> assertThat(e.response().status()).isEqualTo(400));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v2/../app/tags/list",
        "/v2/app/../../etc/tags/list",
        "/v2//app/tags/list",
        "/v2/app//tags/list",
        "/v2//tags/list",
        "/v2/App/tags/list",
        "/v2/quay.io//tags/list",
        "/v2/app./tags/list",
        "/v2/app_/tags/list",
        "/v2/\u0430pp/tags/list",
        "/v2/app\u0000/tags/list",
      })
  void namesThatAreNoneAreRefused(String path) {
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> repository(UNBOUND, path, Optional.empty(), true))
        .satisfies(e -> assertThat(e.response().status()).isEqualTo(400));
  }

  @Test
  void onlyABoundListenerMayHaveToLookWhatIsHosted() {
    assertThat(UNBOUND.mayBlock()).isFalse();
    assertThat(BOUND.mayBlock()).isTrue();
  }

  private static String repository(
      Namespaces namespaces, String path, Optional<String> ns, boolean pull) {
    var key = namespaces.repository(RegistryPath.parse(path), ns, pull);
    return (key.upstream().isEmpty() ? "hosted " : "") + key;
  }
}
