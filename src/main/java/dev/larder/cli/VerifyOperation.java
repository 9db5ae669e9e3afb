package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.control.Step.Unit;
import dev.larder.store.MissingPart;
import dev.larder.store.Verification;
import dev.larder.store.Verifier;
import java.io.IOException;

/** Reads and hashes everything that is stored, as fast as it goes. */
final class VerifyOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Verifier verifier;

  VerifyOperation(Verifier verifier) {
    this.verifier = verifier;
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress) throws IOException {
    Verification done =
        verifier.verify(
            count -> {},
            (what, count, total) ->
                progress.report(
                    new Step(what, total == 0 ? Unit.ITEMS : Unit.BYTES, count, total)));
    ArrayNode problems = JSON.createArrayNode();
    done.problems().forEach(problems::add);
    ArrayNode missing = JSON.createArrayNode();
    for (MissingPart part : done.missing()) {
      missing.add(
          JSON.createObjectNode().put("image", part.image()).put("lacks", part.part().toString()));
    }
    ObjectNode result =
        JSON.createObjectNode()
            .put("clean", done.isClean())
            .put("blobs", done.blobs())
            .put("manifests", done.manifests())
            .put("bytes", done.bytes());
    result.set("problems", problems);
    result.set("missing", missing);
    return result;
  }
}
