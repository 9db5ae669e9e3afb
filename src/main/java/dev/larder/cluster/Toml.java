package dev.larder.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;

/** Reads TOML 1.0. */
final class Toml {
  private static final TomlMapper MAPPER = new TomlMapper();

  /** Stands in a text for bytes that weren't UTF-8, so that it can't be written back. */
  static final char NOT_UTF_8 = '\uFFFD';

  private Toml() {}

  /** What isn't TOML; the message says where. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    private MalformedException(JsonProcessingException cause) {
      super(
          "line %d isn't TOML: %s"
              .formatted(
                  cause.getLocation() == null ? 0 : cause.getLocation().getLineNr(),
                  cause.getOriginalMessage()),
          cause);
    }
  }

  /**
   * The tables and keys of a document.
   *
   * @throws MalformedException if it isn't TOML
   */
  static JsonNode parse(String text) throws MalformedException {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new MalformedException(e);
    }
  }
}
