package dev.larder.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an image runs on, in Go's words.
 *
 * @param os the operating system
 * @param architecture the processor's
 * @param variant the processor's, {@code v7}; empty where none is said, which means the usual one
 * @see <a
 *     href="https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md#platform-variants">OCI
 *     image specification, platforms</a>
 */
public record Platform(String os, String architecture, Optional<String> variant) {
  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final int OLDEST_ARM = 5;

  /**
   * Reads {@code linux/arm64} or {@code linux/arm/v7}; empty if {@code text} isn't of that form.
   */
  public static Optional<Platform> parse(String text) {
    String[] parts = text.split("/", -1);
    for (String part : parts) {
      if (!PART.matcher(part).matches()) {
        return Optional.empty();
      }
    }
    return switch (parts.length) {
      case 2 -> Optional.of(new Platform(parts[0], parts[1], Optional.empty()));
      case 3 -> Optional.of(new Platform(parts[0], parts[1], Optional.of(parts[2])));
      default -> Optional.empty();
    };
  }

  /** Linux on a processor as Java calls it, {@code amd64} or {@code aarch64}. */
  public static Platform linux(String javaArchitecture) {
    String architecture =
        switch (javaArchitecture) {
          case "x86_64" -> "amd64";
          case "aarch64" -> "arm64";
          case "x86", "i386" -> "386";
          default -> javaArchitecture;
        };
    return new Platform("linux", architecture, Optional.empty());
  }

  /** The platforms whose images run on this one, the best first, as clients choose them. */
  List<Platform> accepted() {
    List<Platform> accepted = new ArrayList<>();
    accepted.add(normal());
    switch (architecture) {
      case "arm" -> addArm(accepted, normal().version() - 1);
      case "arm64" -> addArm(accepted, 8);
      case "amd64" -> {
        for (int older = normal().version() - 1; older >= 1; older--) {
          accepted.add(new Platform(os, architecture, Optional.of("v" + older)));
        }
        accepted.add(new Platform(os, "386", Optional.empty()));
      }
      default -> {}
    }
    return accepted;
  }

  private void addArm(List<Platform> accepted, int newest) {
    for (int version = newest; version >= OLDEST_ARM; version--) {
      accepted.add(new Platform(os, "arm", Optional.of("v" + version)));
    }
  }

  /** The same with the usual variant where none is said. */
  Platform normal() {
    Optional<String> usual =
        switch (architecture) {
          case "amd64" -> Optional.of("v1");
          case "arm" -> Optional.of("v7");
          case "arm64" -> Optional.of("v8");
          default -> Optional.empty();
        };
    return new Platform(os, architecture, variant.filter(text -> !text.isEmpty()).or(() -> usual));
  }

  /** The variant's number; 0 where it has none. */
  private int version() {
    String digits = variant.map(text -> text.replaceFirst("^v", "")).orElse("");
    return digits.matches("[0-9]{1,2}") ? Integer.parseInt(digits) : 0;
  }

  @Override
  public String toString() {
    return os + "/" + architecture + variant.map(text -> "/" + text).orElse("");
  }
}
