package dev.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionTest {
  @Test
  void versionsOfAllEnginesAreRead() {
    assertThat(Version.parse("29.1.0")).isEqualTo(new Version("29.1.0", 29, 1));
    assertThat(Version.parse("20.10.24+dfsg1")).isEqualTo(new Version("20.10.24+dfsg1", 20, 10));
    assertThat(Version.parse("5.8-dev")).isEqualTo(new Version("5.8-dev", 5, 8));
    assertThat(Version.parse("library-import")).isEqualTo(new Version("library-import", 0, 0));
  }

  @Test
  void aVersionIsItselfOrLater() {
    Version version = Version.parse("29.1.0");

    assertThat(version.atLeast(29, 1)).isTrue();
    assertThat(version.atLeast(28, 9)).isTrue();
    assertThat(version.atLeast(29, 2)).isFalse();
    assertThat(version.atLeast(30, 0)).isFalse();
  }
}
