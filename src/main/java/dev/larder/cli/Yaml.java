package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Writes JSON as YAML. */
final class Yaml {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Yaml() {}

  /** The same as YAML in block style, with a line break at its end. */
  static String text(JsonNode node) {
    DumpSettings settings =
        DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setWidth(4096).build();
    return new Dump(settings).dumpToString(JSON.convertValue(node, Object.class));
  }
}
