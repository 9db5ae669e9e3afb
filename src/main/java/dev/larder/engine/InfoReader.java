package dev.larder.engine;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes an {@link Info} of what an engine says. */
final class InfoReader {
  private InfoReader() {}

  static Info read(com.github.dockerjava.api.model.Info answer) {
    List<String> security = Optional.ofNullable(answer.getSecurityOptions()).orElse(List.of());
    return new Info(
        text(answer.getOperatingSystem()),
        text(answer.getArchitecture()),
        security.stream().anyMatch(option -> option.contains("rootless")));
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
