package dev.larder.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlatformsTest {
  private static Digest digest(String platform) {
    return Digest.sha256(platform.getBytes(UTF_8));
  }

  /** An index of an image for each platform; an empty one is of none. */
  private static Manifest.Index index(String... platforms) throws InvalidManifestException {
    List<String> manifests = new ArrayList<>();
    for (String platform : platforms) {
      String[] parts = platform.split("/", 3);
      String variant = parts.length < 3 ? "" : ",\"variant\":\"%s\"".formatted(parts[2]);
      String described =
          platform.isEmpty()
              ? ""
              : ",\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"%s}"
                  .formatted(parts[0], parts[1], variant);
      manifests.add(
          "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":3%s}"
              .formatted(MediaType.OCI_MANIFEST, digest(platform), described));
    }
    String json = "{\"schemaVersion\":2,\"manifests\":[%s]}".formatted(String.join(",", manifests));
    return (Manifest.Index) ManifestReader.read(MediaType.OCI_INDEX, json.getBytes(UTF_8));
  }

  private static Platforms wanted(String... platforms) {
    List<Platform> parsed = new ArrayList<>();
    for (String platform : platforms) {
      parsed.add(Platform.parse(platform).orElseThrow());
    }
    return new Platforms(parsed);
  }

  private static List<Digest> chosen(Platforms wanted, Manifest.Index index) {
    return wanted.of(index).stream().map(Descriptor::digest).toList();
  }

  @Test
  void theImageOfThePlatformIsChosenAndNoOther() throws Exception {
    Manifest.Index index = index("linux/amd64", "linux/arm64", "windows/amd64", "unknown/unknown");
    assertThat(chosen(wanted("linux/amd64"), index)).containsExactly(digest("linux/amd64"));
    assertThat(chosen(wanted("linux/amd64", "linux/arm64/v8"), index))
        .containsExactly(digest("linux/amd64"), digest("linux/arm64"));
    assertThat(chosen(Platforms.ALL, index)).hasSize(4);
  }

  @Test
  void whereThereIsNoneOfThePlatformTheNextBestIsChosenAsClientsDo() throws Exception {
    assertThat(chosen(wanted("linux/amd64"), index("linux/386", "linux/arm64")))
        .containsExactly(digest("linux/386"));
    assertThat(chosen(wanted("linux/arm/v7"), index("linux/arm/v5", "linux/arm/v6")))
        .containsExactly(digest("linux/arm/v6"));
    assertThat(chosen(wanted("linux/arm64"), index("linux/arm/v7", "linux/arm/v6")))
        .containsExactly(digest("linux/arm/v7"));
    assertThat(chosen(wanted("linux/amd64/v3"), index("linux/amd64", "linux/amd64/v2")))
        .containsExactly(digest("linux/amd64/v2"));
  }

  @Test
  void aPlatformWithoutAnImageIsNamed() throws Exception {
    Manifest.Index index = index("linux/amd64");
    assertThat(wanted("linux/amd64", "linux/s390x").missing(index))
        .containsExactly(new Platform("linux", "s390x", Optional.empty()));
    assertThat(wanted("linux/arm/v5").missing(index("linux/arm/v7"))).hasSize(1);
    assertThat(Platforms.ALL.missing(index)).isEmpty();
  }

  @Test
  void whatIsOfNoPlatformIsChosenForAll() throws Exception {
    Manifest.Index index = index("", "linux/arm64");
    assertThat(wanted("linux/amd64").missing(index)).isEmpty();
    assertThat(chosen(wanted("linux/amd64"), index)).containsExactly(digest(""));
  }

  @Test
  void javasNamesOfProcessorsBecomeGos() {
    assertThat(Platform.linux("aarch64")).hasToString("linux/arm64");
    assertThat(Platform.linux("amd64")).hasToString("linux/amd64");
    assertThat(Platform.linux("x86_64")).hasToString("linux/amd64");
    assertThat(Platform.parse("linux")).isEmpty();
    assertThat(Platform.parse("linux/")).isEmpty();
    assertThat(Platform.parse("linux/a/b/c")).isEmpty();
  }
}
