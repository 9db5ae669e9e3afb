package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.CacheSize;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CacheSizesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1000, 1000",
    "20GB, 20000000000",
    "1.5 GB, 1500000000",
    "500MiB, 524288000",
    "2t, 2000000000000",
    "10k, 10000"
  })
  void bytesAreReadAsTheyAreWritten(String text, long bytes) {
    assertThat(CacheSizes.parse(text)).contains(new CacheSize.Bytes(bytes));
  }

  @ParameterizedTest
  @CsvSource({"0%, 0", "60%, 60", "100 %, 100"})
  void aShareHasAPercentSign(String text, int percent) {
    assertThat(CacheSizes.parse(text)).contains(new CacheSize.Share(percent));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GB", "-1GB", "101%", "1.5%", "20 XB", "12i", "much"})
  void otherWordsAreNoSize(String text) {
    assertThat(CacheSizes.parse(text)).isEmpty();
  }
}
