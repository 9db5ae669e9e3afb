package dev.larder.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The parameters of a request's query, decoded. Immutable. */
public final class Query {
  private record Parameter(String name, String value) {}

  private final List<Parameter> parameters;

  private Query(List<Parameter> parameters) {
    this.parameters = List.copyOf(parameters);
  }

  /**
   * Reads what stands after the question mark.
   *
   * @throws IllegalArgumentException if a percent sign isn't followed by two hexadecimal digits
   */
  public static Query parse(String raw) {
    List<Parameter> parameters = new ArrayList<>();
    for (String pair : raw.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        parameters.add(new Parameter(decode(name), decode(value)));
      }
    }
    return new Query(parameters);
  }

  /** The value of the first parameter of that name. */
  public Optional<String> first(String name) {
    return parameters.stream().filter(p -> p.name.equals(name)).map(p -> p.value).findFirst();
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
