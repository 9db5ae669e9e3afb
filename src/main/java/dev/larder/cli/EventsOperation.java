package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.events.Event;
import dev.larder.events.Events;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gives the last events, and those that come for as long as somebody takes them; one who takes them
 * too slowly is told how many were dropped.
 */
final class EventsOperation implements Operation {
  /** After so long without an event it looks whether somebody is still there. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Step NOTHING_YET = new Step("waiting for events", Step.Unit.ITEMS, 0, 0);

  private final Optional<Events> events;

  /**
   * @param events of the process, if it serves
   */
  EventsOperation(Optional<Events> events) {
    this.events = events;
  }

  /**
   * What it is told.
   *
   * @param follow whether to go on with those that come
   * @param last how many of those that are kept are given first
   * @param kinds only of these kinds, by their words; of all where there are none
   * @param image only of images whose names have this in them, or are of that form
   */
  static ObjectNode arguments(
      boolean follow, int last, List<String> kinds, Optional<String> image) {
    ObjectNode arguments =
        JsonNodeFactory.instance.objectNode().put("follow", follow).put("last", last);
    kinds.forEach(arguments.putArray("kinds")::add);
    image.ifPresent(text -> arguments.put("image", text));
    return arguments;
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress) throws OperationException {
    Events.Reader reader =
        events
            .orElseThrow(
                () ->
                    new OperationException(
                        "no Larder serves: there are events only while one does"))
            .fromOldest();
    Predicate<Event> wanted = wanted(arguments);
    giveLast(reader, wanted, arguments.path("last").asInt(), progress);
    try {
      while (arguments.path("follow").asBoolean()) {
        give(reader.next(PATIENCE), wanted, progress);
      }
    } catch (InterruptedException e) {
      throw (CancellationException) new CancellationException("Larder is stopping").initCause(e);
    }
    return JsonNodeFactory.instance.objectNode();
  }

  private static void giveLast(
      Events.Reader reader, Predicate<Event> wanted, int number, Progress progress) {
    Deque<Event> last = new ArrayDeque<>();
    for (List<Event> some = reader.now().events(); !some.isEmpty(); some = reader.now().events()) {
      some.stream().filter(wanted).forEach(last::add);
      while (last.size() > number) {
        last.remove();
      }
    }
    last.forEach(event -> progress.give(EventJson.of(event)));
  }

  private static void give(Events.Batch batch, Predicate<Event> wanted, Progress progress) {
    if (batch.missed() > 0) {
      progress.give(JsonNodeFactory.instance.objectNode().put("missed", batch.missed()));
    }
    if (batch.events().isEmpty()) {
      progress.report(NOTHING_YET);
    }
    batch.events().stream().filter(wanted).forEach(event -> progress.give(EventJson.of(event)));
  }

  private static Predicate<Event> wanted(JsonNode arguments) {
    List<String> kinds = arguments.path("kinds").valueStream().map(JsonNode::asText).toList();
    Pattern names = pattern(arguments.path("image").asText());
    return event ->
        (kinds.isEmpty() || kinds.contains(event.kind().word()))
            && names.matcher(event.target().name()).find();
  }

  /** As the filter of {@code larder get images}. */
  private static Pattern pattern(String filter) {
    if (filter.indexOf('*') < 0) {
      return Pattern.compile(Pattern.quote(filter));
    }
    return Pattern.compile(
        Stream.of(filter.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*", "^", "$")));
  }
}
