package dev.larder.cluster.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cluster.doctor.NodeImage.Origin;
import dev.larder.oci.Digest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeImagesTest {
  private static final Digest BUSYBOX =
      digest("sha256:96d4710402d97321ba918288b92b224c735dbade47a79a415a6747900083699e");
  private static final Digest COREDNS =
      digest("sha256:4f7a57135719628cf2070c5e3cbde64b013e90d4c560c5ecbf14004181f91998");
  private static final Digest LOADED =
      digest("sha256:0d7f0b1a5ff4a53cf1f6e4ffc7ef5d0f3ab5d9ad9e35aaa2c9b8c3a1d2e4f506");

  /** As containerd 2.1 lists an image that the CRI plugin pulled, one that was imported, others. */
  private static final String IMAGES =
      """
      REF                                                                                         TYPE                                       DIGEST                                                                  SIZE       PLATFORMS   LABELS                         \s
      docker.io/library/app:dev                                                                   application/vnd.oci.image.index.v1+json    sha256:0d7f0b1a5ff4a53cf1f6e4ffc7ef5d0f3ab5d9ad9e35aaa2c9b8c3a1d2e4f506 2.1 MiB    linux/amd64 io.cri-containerd.image=managed\s
      quay.io/e2e/busybox:e2e                                                                     application/vnd.oci.image.manifest.v1+json sha256:96d4710402d97321ba918288b92b224c735dbade47a79a415a6747900083699e 1008.6 KiB linux/amd64 io.cri-containerd.image=managed\s
      quay.io/e2e/busybox@sha256:96d4710402d97321ba918288b92b224c735dbade47a79a415a6747900083699e application/vnd.oci.image.manifest.v1+json sha256:96d4710402d97321ba918288b92b224c735dbade47a79a415a6747900083699e 1008.6 KiB linux/amd64 io.cri-containerd.image=managed\s
      registry.k8s.io/coredns/coredns@sha256:4f7a57135719628cf2070c5e3cbde64b013e90d4c560c5ecbf14004181f91998 application/vnd.oci.image.index.v1+json sha256:4f7a57135719628cf2070c5e3cbde64b013e90d4c560c5ecbf14004181f91998 -       linux/amd64 io.cri-containerd.image=managed\s
      sha256:552fceac7cdf57495fe2bbdc9f50b81ce53c96c6bdbdc9ba0278ef2b0be58085                     application/vnd.oci.image.manifest.v1+json sha256:96d4710402d97321ba918288b92b224c735dbade47a79a415a6747900083699e 1008.6 KiB linux/amd64 io.cri-containerd.image=managed\s
      """;

  private static final String CONTENT =
      """
      DIGEST\t\t\t\t\t\t\t\t\tSIZE\tAGE\t\t\tLABELS
      sha256:0d7f0b1a5ff4a53cf1f6e4ffc7ef5d0f3ab5d9ad9e35aaa2c9b8c3a1d2e4f506\t630B\t2 minutes\t\tcontainerd.io/gc.ref.content.config=sha256:552fceac7cdf57495fe2bbdc9f50b81ce53c96c6bdbdc9ba0278ef2b0be58085
      sha256:4f7a57135719628cf2070c5e3cbde64b013e90d4c560c5ecbf14004181f91998\t1.1kB\t3 weeks\t\tcontainerd.io/distribution.source.registry.k8s.io=coredns/coredns
      sha256:96d4710402d97321ba918288b92b224c735dbade47a79a415a6747900083699e\t630B\tLess than a second\tcontainerd.io/distribution.source.quay.io=e2e/busybox,containerd.io/gc.ref.content.config=sha256:552fceac7cdf57495fe2bbdc9f50b81ce53c96c6bdbdc9ba0278ef2b0be58085
      """;

  private static final String NEWER =
      """
      /var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/96d4710402d97321ba918288b92b224c735dbade47a79a415a6747900083699e
      /var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/0d7f0b1a5ff4a53cf1f6e4ffc7ef5d0f3ab5d9ad9e35aaa2c9b8c3a1d2e4f506
      """;

  @Test
  void tellsWhatWasPulledFromWhatWasThereOrImported() {
    assertThat(NodeImages.parse(IMAGES, CONTENT, NEWER))
        .containsExactly(
            new NodeImage(List.of("docker.io/library/app:dev"), LOADED, Origin.IMPORTED),
            new NodeImage(List.of("quay.io/e2e/busybox:e2e"), BUSYBOX, Origin.PULLED),
            new NodeImage(
                List.of("registry.k8s.io/coredns/coredns@" + COREDNS), COREDNS, Origin.NODE_IMAGE));
  }

  @Test
  void countsAnImageOnceHoweverManyNodesHaveIt() {
    List<NodeImage> images = NodeImages.parse(IMAGES, CONTENT, NEWER);
    NodeImages nodes = new NodeImages(Map.of("one", images, "other", images), List.of());

    Coverage covered = nodes.coverage(Set.of(BUSYBOX));
    Coverage missed = nodes.coverage(Set.of());

    assertThat(nodes.manifests()).containsExactlyInAnyOrder(BUSYBOX, COREDNS, LOADED);
    assertThat(covered.images()).hasSize(6);
    assertThat(covered.pulled()).containsExactly(BUSYBOX);
    assertThat(covered.missed()).isEmpty();
    assertThat(covered.others()).containsExactlyInAnyOrder(COREDNS, LOADED);
    assertThat(missed.missed()).containsExactly(BUSYBOX);
  }

  private static Digest digest(String text) {
    return Digest.parse(text).orElseThrow();
  }
}
