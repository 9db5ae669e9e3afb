package dev.larder.cluster;

import java.util.Optional;

/**
 * Lines of ours in a TOML file that is somebody else's, between two comments, so that they can be
 * taken out again to the byte.
 *
 * <pre>
 * # >>> larder attach: larder detach takes this block out
 * config_path = "/etc/containerd/certs.d"
 * # was: config_path = ""
 * # &lt;&lt;&lt; larder attach
 * </pre>
 */
final class MarkedBlock {
  private static final String BEGIN = "# >>> larder attach: larder detach takes this block out\n";

  /** The file had no line end at its end. */
  private static final String BEGIN_AFTER_OPEN_LINE =
      "# >>> larder attach, after a line that had no end: larder detach takes this block out\n";

  private static final String WAS = "# was: ";
  private static final String END = "# <<< larder attach\n";

  private MarkedBlock() {}

  /** {@code text} with {@code lines} before its character {@code at}, which begins a line. */
  static String insert(String text, int at, String lines) {
    return text.substring(0, at) + BEGIN + lines + END + text.substring(at);
  }

  /** {@code text} with {@code lines} at its end. */
  static String append(String text, String lines) {
    return text.isEmpty() || text.endsWith("\n")
        ? insert(text, text.length(), lines)
        : text + "\n" + BEGIN_AFTER_OPEN_LINE + lines + END;
  }

  /**
   * {@code text} with {@code lines} in the place of one line of it.
   *
   * @param from where that line begins
   * @param to where it ends, before its line end, which it must have
   */
  static String replace(String text, int from, int to, String lines) {
    return text.substring(0, from)
        + BEGIN
        + lines
        + WAS
        + text.substring(from, to + 1)
        + END
        + text.substring(to + 1);
  }

  /** Whether {@code text} has a block of ours. */
  static boolean isIn(String text) {
    return find(text).isPresent();
  }

  /** {@code text} as it was before; unchanged if there is no block in it. */
  static String removedFrom(String text) {
    return find(text)
        .map(block -> text.substring(0, block.from()) + block.was() + text.substring(block.to()))
        .orElse(text);
  }

  /** Its block's place, with the line end before it that came with it, and what it stands for. */
  private record Place(int from, int to, String was) {}

  private static Optional<Place> find(String text) {
    int plain = text.indexOf(BEGIN);
    int joined = text.indexOf("\n" + BEGIN_AFTER_OPEN_LINE);
    int from = plain >= 0 ? plain : joined;
    int end = from < 0 ? -1 : text.indexOf(END, from);
    if (end < 0) {
      return Optional.empty();
    }
    int was = text.indexOf(WAS, from);
    return Optional.of(
        new Place(
            from,
            end + END.length(),
            was < 0 || was > end ? "" : text.substring(was + WAS.length(), end)));
  }
}
