package dev.larder.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "library/busybox", "a/b/c/d", "a.b_c__d-e--f", "0/1"})
  void repositoryNamesAreLowerCasePartsJoinedBySlashes(String text) {
    assertThat(RepositoryName.parse(text)).map(RepositoryName::value).contains(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "/", "a/", "/a", "a//b", "A", "a/B", "..", "a/../b", ".a", "a.", "-a", "a___b", "a..b",
        "a%2fb", "a b", "ä", "a\u0000", "a\n", "a:b", "a@b"
      })
  void nothingElseIsARepositoryName(String text) {
    assertThat(RepositoryName.parse(text)).isEmpty();
  }

  @Test
  void aRepositoryNameIsWhatTheGrammarSays() {
    Pattern grammar =
        Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");
    assertThat(AllTexts.of("a0._-/A", 5))
        .allSatisfy(
            text ->
                assertThat(RepositoryName.parse(text).isPresent())
                    .as(text)
                    .isEqualTo(grammar.matcher(text).matches()));
  }

  @Test
  void aRepositoryNameHasAtMost255Characters() {
    assertThat(RepositoryName.parse("a".repeat(255))).isPresent();
    assertThat(RepositoryName.parse("a".repeat(256))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"latest", "1.35", "_x", "A.b-c_D", "v1"})
  void tagsAreWords(String text) {
    assertThat(Reference.parse(text)).contains(new Tag(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".a", "-a", "a/b", "a b", "ä", "a\u0000", "a%"})
  void nothingElseIsATag(String text) {
    assertThat(Reference.parse(text)).isEmpty();
  }

  @Test
  void aTagHasAtMost128Characters() {
    assertThat(Tag.parse("a".repeat(128))).isPresent();
    assertThat(Tag.parse("a".repeat(129))).isEmpty();
  }

  @Test
  void digestsOfRegisteredAlgorithmsAreRead() {
    for (String text : List.of("sha256:" + "a".repeat(64), "sha512:" + "0".repeat(128))) {
      assertThat(Digest.parse(text)).map(Digest::toString).contains(text);
      assertThat(Reference.parse(text)).containsInstanceOf(Digest.class);
    }
  }

  @Test
  void digestsOfAnotherLengthAlphabetOrAlgorithmAreNone() {
    assertThat(Digest.parse("sha256:" + "a".repeat(63))).isEmpty();
    assertThat(Digest.parse("sha256:" + "a".repeat(65))).isEmpty();
    assertThat(Digest.parse("sha256:" + "A".repeat(64))).isEmpty();
    assertThat(Digest.parse("sha256:" + "g".repeat(64))).isEmpty();
    assertThat(Digest.parse("sha512:" + "a".repeat(64))).isEmpty();
    assertThat(Digest.parse("md5:" + "a".repeat(32))).isEmpty();
    assertThat(Digest.parse("sha256")).isEmpty();
    assertThat(Digest.parse("sha256:")).isEmpty();
    assertThat(Digest.parse("")).isEmpty();
  }

  @Test
  void aDigestNamesItsBytes() {
    assertThat(Digest.sha256(new byte[0]))
        .hasToString("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(Digest.of(Digest.Algorithm.SHA512, new byte[0]).toString())
        .startsWith("sha512:cf83e1357eefb8bd");
  }
}
