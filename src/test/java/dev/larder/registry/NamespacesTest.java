package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.larder.oci.RegistryName;
import dev.larder.store.RepositoryKey;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

  private static final Namespaces UNBOUND = namespaces(Layering.SEPARATE);

  private static final Namespaces BOUND = UNBOUND.boundTo(RegistryName.DOCKER_HUB);

  /** As where registry:2 was. */
  private static final Namespaces HOSTED_FIRST = namespaces(Layering.HOSTED_FIRST);

  /** With overlays over two repositories. */
  private static final Namespaces OVERLAYS = namespaces(Layering.OVERLAYS);

  private static Namespaces namespaces(Layering layering) {
    Set<String> overlaid = Set.of("docker.io/library/busybox", "reg.corp:5000/app");
    return new Namespaces(
        OWN::contains,
        Optional.empty(),
        layering,
        mirrored -> mirrored.overlay().filter(_ -> overlaid.contains(mirrored.toString())));
  }

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
          # with a port, where a path can't have a colon
          /v2/registry.local_8080/app/tags/list,              ,                    registry.local:8080/app
          /v2/localhost_5001/app/tags/list,                   ,                    localhost:5001/app
          /v2/localhost_5000/app/tags/list,                   ,                    hosted app
          /v2/my_5000/app/tags/list,                          ,                    hosted my_5000/app
          /v2/registry.local_http/app/tags/list,              ,                    registry.local_http/app
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
    assertThat(repository(UNBOUND, path, Optional.ofNullable(ns))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          /v2/library/busybox/tags/list, hosted library/busybox over docker.io/library/busybox
          /v2/busybox/tags/list,         hosted busybox over docker.io/library/busybox
          /v2/quay.io/org/app/tags/list, quay.io/org/app
          /v2/larder/app/tags/list,      hosted larder/app over docker.io/larder/app
          """)
  void onAListenerThatIsBoundToDockerHub(String path, String expected) {
    assertThat(repository(BOUND, path, Optional.empty())).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # without an upstream of the listener
          ,               /v2/org/app/tags/list,           ,                hosted org/app
          ,               /v2/quay.io/org/app/tags/list,   ,                overlay over quay.io/org/app
          ,               /v2/org/app/tags/list,           quay.io,         hosted org/app over quay.io/org/app
          ,               /v2/org/app/tags/list,           localhost:5000,  hosted org/app
          ,               /v2/other:5000/app/tags/list,    ,                other:5000/app
          ,               /quay.io/v2/org/app/tags/list,   ,                quay.io/org/app
          # the upstream stands for whatever registry the client pulls through it
          proxied.local,  /v2/org/app/tags/list,           ,                hosted org/app over proxied.local/org/app
          proxied.local,  /v2/org/app/tags/list,           docker.io,       hosted org/app over proxied.local/org/app
          proxied.local,  /v2/quay.io/org/app/tags/list,   ,                overlay over quay.io/org/app
          # but Docker Hub only for itself
          docker.io,      /v2/org/app/tags/list,           docker.io,       hosted org/app over docker.io/org/app
          docker.io,      /v2/org/app/tags/list,           quay.io,         hosted org/app over quay.io/org/app
          """)
  void whereRegistryTwoWas(
      @Nullable String upstream, String path, @Nullable String ns, String expected) {
    Namespaces namespaces =
        Optional.ofNullable(upstream)
            .map(name -> HOSTED_FIRST.boundTo(new RegistryName(name)))
            .orElse(HOSTED_FIRST);
    assertThat(repository(namespaces, path, Optional.ofNullable(ns))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # whoever pulls
          GET,  /v2/library/busybox/tags/list,            docker.io,      overlay over docker.io/library/busybox
          GET,  /v2/docker.io/busybox/tags/list,          ,               overlay over docker.io/library/busybox
          GET,  /docker.io/v2/busybox/tags/list,          ,               overlay over docker.io/library/busybox
          GET,  /v2/app/tags/list,                        reg.corp:5000,  overlay over reg.corp:5000/app
          GET,  /v2/reg.corp:5000/app/tags/list,          ,               overlay over reg.corp:5000/app
          GET,  /v2/reg.corp_5000/app/tags/list,          ,               overlay over reg.corp:5000/app
          GET,  /v2/docker.io/other/tags/list,            ,               docker.io/library/other
          GET,  /v2/app/tags/list,                        ,               hosted app
          # the registry's own name for it is a hosted repository
          GET,  /v2/docker.io/library/busybox/tags/list,  localhost:5000, hosted docker.io/library/busybox
          # a push makes one
          PUT,  /v2/docker.io/other/tags/list,            ,               overlay over docker.io/library/other
          PUT,  /quay.io/v2/org/app/tags/list,            ,               overlay over quay.io/org/app
          PUT,  /v2/other.corp_8443/app/tags/list,        ,               overlay over other.corp:8443/app
          PUT,  /v2/app/tags/list,                        ,               hosted app
          # unless the client takes us for a way to the upstream, or there can't be one
          PUT,  /v2/library/busybox/tags/list,            docker.io,      docker.io/library/busybox
          PUT,  /v2/[::1]:80/app/tags/list,               ,               [::1]:80/app
          PUT,  /v2/other:5000/app/tags/list,             ,               other:5000/app
          """)
  void whereOverlaysAreOn(String method, String path, @Nullable String ns, String expected) {
    assertThat(repository(OVERLAYS, path, Optional.ofNullable(ns), method.equals("GET")))
        .isEqualTo(expected);
  }

  @Test
  void anOverlayIsBetweenWhatWasPushedByAnotherNameAndTheUpstreamOfTheListener() {
    Namespaces bound = OVERLAYS.boundTo(RegistryName.DOCKER_HUB);
    assertThat(repository(bound, "/v2/busybox/tags/list", Optional.empty()))
        .isEqualTo("hosted busybox over overlay over docker.io/library/busybox");
    assertThat(repository(bound, "/v2/other/tags/list", Optional.empty()))
        .isEqualTo("hosted other over docker.io/library/other");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          localhost:5000, hosted busybox
          quay.io,        quay.io/busybox
          """)
  void nsOverrulesTheListener(String ns, String expected) {
    assertThat(repository(BOUND, "/v2/busybox/tags/list", Optional.of(ns))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "http://quay.io", "quay.io/org", "a b", "quay.io:", "-", "é.io"})
  void nsThatIsNoRegistryIsRefused(String ns) {
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> repository(UNBOUND, "/v2/app/tags/list", Optional.of(ns)))
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
        .isThrownBy(() -> repository(UNBOUND, path, Optional.empty()))
        .satisfies(e -> assertThat(e.response().status()).isEqualTo(400));
  }

  private static String repository(Namespaces namespaces, String path, Optional<String> ns) {
    return repository(namespaces, path, ns, true);
  }

  private static String repository(
      Namespaces namespaces, String path, Optional<String> ns, boolean pulls) {
    Namespaces.Meaning meaning = namespaces.repository(RegistryPath.parse(path), ns, pulls);
    Optional<RepositoryKey> overlay = meaning.mirrored().flatMap(RepositoryKey::overlay);
    return Stream.concat(
            meaning.hosted().stream()
                .map(key -> overlay.equals(Optional.of(key)) ? "overlay" : "hosted " + key),
            meaning.mirrored().stream().map(RepositoryKey::toString))
        .collect(Collectors.joining(" over "));
  }
}
