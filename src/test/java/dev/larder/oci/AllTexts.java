package dev.larder.oci;

import java.util.ArrayList;
import java.util.List;

/** Every text of some characters, for what is to agree with a grammar. */
final class AllTexts {
  private AllTexts() {}

  /** Those of up to {@code length} characters. */
  static List<String> of(String characters, int length) {
    List<String> texts = new ArrayList<>(List.of(""));
    for (int begun = 0, size = 0; size < length; size++) {
      int end = texts.size();
      for (; begun < end; begun++) {
        for (int i = 0; i < characters.length(); i++) {
          texts.add(texts.get(begun) + characters.charAt(i));
        }
      }
    }
    return texts;
  }
}
