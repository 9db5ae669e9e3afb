package dev.larder.warm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesImagesTest {
  private static List<String> images(String text) {
    KubernetesImages found = KubernetesImages.in("x.yaml", text);
    assertThat(found.problems()).isEmpty();
    return found.images();
  }

  @Test
  void everyContainerOfAPodIsFoundAndItsImageVolumesToo() {
    assertThat(
            images(
                """
                apiVersion: v1
                kind: Pod
                spec:
                  initContainers: [{name: a, image: first:1}]
                  containers:
                    - name: b
                      image: "second:2"
                      command: [sh, -c, "image: not"]
                    - {name: c, image: third}
                  ephemeralContainers:
                    - name: d
                      image: fourth@sha256:12
                  volumes:
                    - name: e
                      image: {reference: fifth:5, pullPolicy: Always}
                    - name: f
                      emptyDir: {}
                """))
        .containsExactlyInAnyOrder("first:1", "second:2", "third", "fourth@sha256:12", "fifth:5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "SomethingElse"})
  void templatesOfPodsAreFoundInWhateverHasThem(String kind) {
    assertThat(
            images(
                """
                apiVersion: any/v1
                kind: %s
                spec: {template: {spec: {containers: [{name: a, image: app:1}]}}}
                """
                    .formatted(kind)))
        .containsExactly("app:1");
  }

  @Test
  void theyAreFoundAtAnyDepthOfAListACronJobAndACustomResource() {
    assertThat(
            images(
                """
                kind: List
                items:
                  - kind: CronJob
                    spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: cron:1}]}}}}}
                  - kind: PodTemplate
                    template: {spec: {containers: [{image: template:1}]}}
                  - kind: Workflow
                    spec:
                      templates:
                        - groups: [[{pod: {spec: {initContainers: [{image: deep:1}]}}}]]
                """))
        .containsExactly("cron:1", "template:1", "deep:1");
  }

  @Test
  void aSchemaThatSpeaksOfContainersHasNone() {
    assertThat(
            images(
                """
                kind: CustomResourceDefinition
                spec:
                  properties:
                    containers: {type: array, items: {properties: {image: {type: string}}}}
                    volumes: {items: {image: {reference: string}}}
                ---
                spec: {containers: [{name: no-image}, {image: ""}, {image: 7}, text, null]}
                """))
        .isEmpty();
  }

  @Test
  void eachIsNamedOnceInTheOrderOfTheDocuments() {
    assertThat(
            images(
                """
                # Source: chart/templates/a.yaml
                spec: {containers: [{image: b}, {image: a}]}
                --- # Source: chart/templates/b.yaml
                spec: {containers: [{image: a}, {image: c}]}
                ---
                ---
                """))
        .containsExactly("b", "a", "c");
  }

  @Test
  void jsonIsReadToo() {
    assertThat(
            images(
                "{\"spec\":\t{\"containers\":[{\"image\":\"a\"}]}}\n"
                    + "{\"containers\":[{\"image\":\"b\"}]}"))
        .containsExactly("a", "b");
    assertThat(images("{containers: [{image: c}]}")).containsExactly("c");
  }

  @Test
  void whatAnAnchorNamesIsFound() {
    assertThat(images("base: &base {containers: [{image: a}]}\nspec: *base\n"))
        .containsExactly("a");
  }

  @Test
  void aDocumentThatIsNotRenderedIsNamedWithItsLineAndTheOthersAreRead() {
    KubernetesImages found =
        KubernetesImages.in(
            "t.yaml",
            """
            containers: [{image: a}]
            ---
            kind: Pod
            spec:
              {{- if .Values.x }}
              containers: []
            ---
            containers: [{image: b}]
            """);
    assertThat(found.images()).containsExactly("a", "b");
    assertThat(found.problems()).hasSize(1);
    assertThat(found.problems().getFirst()).matches("t\\.yaml:[5-6]: .+");
  }
}
