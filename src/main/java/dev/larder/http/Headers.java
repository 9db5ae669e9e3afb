package dev.larder.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.BiConsumer;

/**
 * The header fields of a message, in order. Names are compared without regard to case. Immutable.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#section-5">RFC 9110, fields</a>
 */
public final class Headers {
  private static final Set<String> SECRET =
      Set.of("authorization", "proxy-authorization", "cookie");

  private static final Headers NONE = new Headers(new String[0]);

  /** Names and values in turn, since each request makes some. */
  private final String[] fields;

  private Headers(String[] fields) {
    this.fields = fields;
  }

  /** No fields. */
  public static Headers none() {
    return NONE;
  }

  /** The fields of a message as the server read them. */
  static Headers of(Iterable<Map.Entry<String, String>> message) {
    List<String> fields = new ArrayList<>();
    for (Map.Entry<String, String> field : message) {
      fields.add(field.getKey());
      fields.add(field.getValue());
    }
    return new Headers(fields.toArray(String[]::new));
  }

  /** These and one more. */
  public Headers with(String name, String value) {
    String[] more = Arrays.copyOf(fields, fields.length + 2);
    more[fields.length] = name;
    more[fields.length + 1] = value;
    return new Headers(more);
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return fields.length == 0;
  }

  /** The value of the first field of that name. */
  public Optional<String> first(String name) {
    for (int i = 0; i < fields.length; i += 2) {
      if (fields[i].equalsIgnoreCase(name)) {
        return Optional.of(fields[i + 1]);
      }
    }
    return Optional.empty();
  }

  /**
   * The values of all fields of that name in one, with commas between them: what several fields of
   * a name mean, by RFC 9110, section 5.3.
   */
  public Optional<String> joined(String name) {
    StringJoiner values = new StringJoiner(", ");
    forEach(
        (field, value) -> {
          if (field.equalsIgnoreCase(name)) {
            values.add(value);
          }
        });
    return first(name).map(_ -> values.toString());
  }

  /** Calls {@code action} with each field's name and value, in order. */
  public void forEach(BiConsumer<String, String> action) {
    for (int i = 0; i < fields.length; i += 2) {
      action.accept(fields[i], fields[i + 1]);
    }
  }

  /** The fields, but for secrets: texts like this one get into logs. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(", ", "[", "]");
    forEach(
        (name, value) ->
            text.add(SECRET.contains(name.toLowerCase(Locale.ROOT)) ? name : name + ": " + value));
    return text.toString();
  }
}
