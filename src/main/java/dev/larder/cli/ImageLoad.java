package dev.larder.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Progress;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.Image;
import java.util.Optional;

/**
 * Has an engine push an image to Larder. The name that the image needs for that is taken from it
 * again, and given back to the image that had it.
 *
 * @param image the image
 * @param target what it is to be called
 */
record ImageLoad(Image image, LoadTarget target) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * Has it done.
   *
   * @return what came of it
   * @throws EngineException if the engine can't; the message says what to do
   */
  ObjectNode run(Engine engine, Progress progress) throws EngineException {
    PushTally tally = new PushTally("pushing " + target.name(), progress);
    Optional<Image> holder = engine.image(target.pushed());
    boolean named = holder.filter(other -> other.id().equals(image.id())).isPresent();
    if (!named) {
      engine.tag(image.id(), target.repository(), target.tag().value());
    }
    try {
      engine.push(target.pushed(), tally);
    } catch (EngineException e) {
      throw new EngineException(
          e.getMessage() + target.remedy(String.valueOf(e.getMessage()), engine.podman()), e);
    } finally {
      if (!named) {
        unname(engine, holder);
      }
    }
    return result(tally);
  }

  private void unname(Engine engine, Optional<Image> holder) throws EngineException {
    if (holder.isPresent()) {
      engine.tag(holder.get().id(), target.repository(), target.tag().value());
    } else if (!image.names().isEmpty()) { // the last name of an image takes the image with it
      engine.removeImage(target.pushed());
    }
  }

  private ObjectNode result(PushTally tally) {
    return JSON.createObjectNode()
        .put("image", target.source())
        .put("name", target.name())
        .put("overlay", target.overlay())
        .put("layersSent", tally.sent())
        .put("bytesSent", tally.bytes())
        .put("layersThere", tally.there());
  }
}
