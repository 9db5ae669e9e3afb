package dev.larder.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The header fields of a message, in order. Names are compared without regard to case. Immutable.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#section-5">RFC 9110, fields</a>
 */
public final class Headers {
  private static final Set<String> SECRET =
      Set.of("authorization", "proxy-authorization", "cookie");

  private static final Headers NONE = new Headers(List.of());

  private record Field(String name, String value) {}

  private final List<Field> fields;

  private Headers(List<Field> fields) {
    this.fields = fields;
  }

  /** No fields. */
  public static Headers none() {
    return NONE;
  }

  /** The fields of a message as the server read them. */
  static Headers of(Iterable<Map.Entry<String, String>> message) {
    List<Field> fields = new ArrayList<>();
    message.forEach(entry -> fields.add(new Field(entry.getKey(), entry.getValue())));
    return new Headers(Collections.unmodifiableList(fields));
  }

  /** These and one more. */
  public Headers with(String name, String value) {
    List<Field> more = new ArrayList<>(fields.size() + 1);
    more.addAll(fields);
    more.add(new Field(name, value));
    return new Headers(Collections.unmodifiableList(more));
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return fields.isEmpty();
  }

  /** The value of the first field of that name. */
  public Optional<String> first(String name) {
    for (Field field : fields) {
      if (field.name.equalsIgnoreCase(name)) {
        return Optional.of(field.value);
      }
    }
    return Optional.empty();
  }

  /**
   * The values of all fields of that name in one, with commas between them: what several fields of
   * a name mean, by RFC 9110, section 5.3.
   */
  public Optional<String> joined(String name) {
    return fields.stream()
        .filter(field -> field.name.equalsIgnoreCase(name))
        .map(Field::value)
        .reduce((all, next) -> all + ", " + next);
  }

  /** Calls {@code action} with each field's name and value, in order. */
  public void forEach(BiConsumer<String, String> action) {
    fields.forEach(field -> action.accept(field.name, field.value));
  }

  /** The fields, but for secrets: texts like this one get into logs. */
  @Override
  public String toString() {
    return fields.stream()
        .map(field -> SECRET.contains(field.name.toLowerCase(Locale.ROOT)) ? field.name : field)
        .toList()
        .toString();
  }
}
