package dev.larder.cli;

import dev.larder.store.CacheSize;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cache sizes as people write them: {@code 20GB}, {@code 500MiB}, {@code 60%}. */
final class CacheSizes {
  /** How they are to be written, in messages. */
  static final String FORM = "a size like 20GB or 500MiB, or a share of the disk like 60%";

  private static final Pattern BYTES =
      Pattern.compile("([0-9]{1,6})((?:\\.[0-9]{1,3})?) ?([KMGT]?I?)B?", Pattern.CASE_INSENSITIVE);
  private static final Pattern SHARE = Pattern.compile("([0-9]{1,3}) ?%");
  private static final Map<String, Long> UNITS =
      Map.of(
          "", 1L,
          "K", 1_000L,
          "M", 1_000_000L,
          "G", 1_000_000_000L,
          "T", 1_000_000_000_000L,
          "KI", 1L << 10,
          "MI", 1L << 20,
          "GI", 1L << 30,
          "TI", 1L << 40);

  private CacheSizes() {}

  /** Reads one; empty if {@code text} isn't one. */
  static Optional<CacheSize> parse(String text) {
    Matcher share = SHARE.matcher(text);
    if (share.matches()) {
      int percent = Integer.parseInt(share.group(1));
      return percent > 100 ? Optional.empty() : Optional.of(new CacheSize.Share(percent));
    }
    Matcher bytes = BYTES.matcher(text);
    if (!bytes.matches()) {
      return Optional.empty();
    }
    double number = Double.parseDouble(bytes.group(1) + bytes.group(2));
    return Optional.ofNullable(UNITS.get(bytes.group(3).toUpperCase(Locale.ROOT)))
        .map(factor -> new CacheSize.Bytes(Math.round(number * factor)));
  }
}
