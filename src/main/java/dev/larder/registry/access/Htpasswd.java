package dev.larder.registry.access;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Users and the bcrypt hashes of their passwords, in Apache's form: {@code name:hash} on a line of
 * its own; empty lines and such as begin with {@code #} are kept. Immutable.
 *
 * @see <a href="https://httpd.apache.org/docs/2.4/misc/password_encryptions.html">Apache, password
 *     formats</a>
 */
public final class Htpasswd {
  /** A file without users. */
  public static final Htpasswd EMPTY = new Htpasswd(List.of(), Map.of());

  /** 2 to the power of this: some 60 milliseconds. */
  private static final int COST = 10;

  /** bcrypt reads no more of a password. */
  private static final int MAX_PASSWORD_BYTES = 72;

  private static final Pattern HASH =
      Pattern.compile("\\$2[aby]\\$(?:0[4-9]|[12][0-9]|3[01])\\$[./A-Za-z0-9]{53}");
  private static final Pattern NAME = Pattern.compile("[^:#\\s\\p{Cntrl}][^:\\p{Cntrl}]{0,254}");

  private final List<String> lines;
  private final Map<String, String> hashes;

  private Htpasswd(List<String> lines, Map<String, String> hashes) {
    this.lines = lines;
    this.hashes = hashes;
  }

  /**
   * Reads a file's text.
   *
   * @throws IllegalArgumentException if a line isn't a user with a bcrypt hash; the message names
   *     the line, and nothing of the hash
   */
  public static Htpasswd parse(String text) {
    List<String> lines = text.lines().toList();
    Map<String, String> hashes = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(':');
      if (colon < 0) {
        throw wrong(i, "it isn't NAME:HASH");
      }
      String name = line.substring(0, colon);
      String hash = line.substring(colon + 1);
      Optional<String> mistake = mistakeInName(name);
      if (mistake.isPresent()) {
        throw wrong(i, mistake.get());
      }
      if (!HASH.matcher(hash).matches()) {
        throw wrong(
            i,
            "the password of \"%s\" isn't hashed with bcrypt: set it with larder user add, or htpasswd -B"
                .formatted(name));
      }
      if (hashes.put(name, hash) != null) {
        throw wrong(i, "\"%s\" is here twice".formatted(name));
      }
    }
    return new Htpasswd(lines, hashes);
  }

  private static IllegalArgumentException wrong(int index, String reason) {
    return new IllegalArgumentException("line %d: %s".formatted(index + 1, reason));
  }

  /** What is wrong with a name; empty if a user can have it. */
  private static Optional<String> mistakeInName(String name) {
    if (!NAME.matcher(name).matches()) {
      return Optional.of(
          "a user's name has 1 to 255 characters, no colon, and doesn't begin with # or a space");
    }
    return name.equals(Rule.ANONYMOUS) || name.equals(Rule.AUTHENTICATED)
        ? Optional.of("\"%s\" has a meaning of its own in rules".formatted(name))
        : Optional.empty();
  }

  /** The names of the users, in the file's order. */
  public List<String> users() {
    return List.copyOf(hashes.keySet());
  }

  /**
   * The same with that user, who gets that password, whether there or new.
   *
   * @throws IllegalArgumentException if the name or the password can't be one; the message says why
   */
  public Htpasswd with(String name, String password) {
    mistakeInName(name)
        .ifPresent(
            mistake -> {
              throw new IllegalArgumentException(mistake);
            });
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MAX_PASSWORD_BYTES) {
      throw new IllegalArgumentException(
          "a password has 1 to %d bytes".formatted(MAX_PASSWORD_BYTES));
    }
    String hash =
        new String(
            BCrypt.with(BCrypt.Version.VERSION_2Y).hash(COST, bytes), StandardCharsets.US_ASCII);
    String line = name + ":" + hash;
    List<String> changed = new ArrayList<>(lines);
    if (hashes.containsKey(name)) {
      changed.replaceAll(old -> isOf(name, old) ? line : old);
    } else {
      changed.add(line);
    }
    return parse(String.join("\n", changed));
  }

  /** The same without that user. */
  public Htpasswd without(String name) {
    return parse(String.join("\n", lines.stream().filter(line -> !isOf(name, line)).toList()));
  }

  private static boolean isOf(String name, String line) {
    return line.strip().startsWith(name + ":");
  }

  /** The text of a file with these users. */
  public String text() {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }

  /** The hash of a user's password. */
  Optional<String> hash(String name) {
    return Optional.ofNullable(hashes.get(name));
  }

  /** Whether {@code hash} is that of the password. Takes as long as its cost says. */
  static boolean matches(String password, String hash) {
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_PASSWORD_BYTES) {
      bytes = Arrays.copyOf(bytes, MAX_PASSWORD_BYTES);
    }
    return BCrypt.verifyer().verify(bytes, hash.getBytes(StandardCharsets.US_ASCII)).verified;
  }
}
