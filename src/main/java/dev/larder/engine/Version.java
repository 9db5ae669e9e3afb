package dev.larder.engine;

/**
 * An engine's version.
 *
 * @param text as the engine writes it
 * @param major the first number in it; 0 if it has none
 * @param minor the second one; 0 if it has none
 */
public record Version(String text, int major, int minor) {
  /** Reads {@code 29.1.0}, {@code 20.10.24+dfsg1}, {@code 5.8.0-dev}. */
  public static Version parse(String text) {
    String[] numbers = text.split("[^0-9]+", 3);
    return new Version(text, number(numbers, 0), number(numbers, 1));
  }

  private static int number(String[] numbers, int index) {
    return index < numbers.length && !numbers[index].isEmpty()
        ? Integer.parseInt(numbers[index])
        : 0;
  }

  /** Whether it is this version or a later one. */
  public boolean atLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
  }

  @Override
  public String toString() {
    return text;
  }
}
