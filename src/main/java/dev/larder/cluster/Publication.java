package dev.larder.cluster;

/** What came of telling a cluster of its registry, or of taking that back. */
public sealed interface Publication {

  /** The cluster now says what it is to say. */
  record Done() implements Publication {}

  /** It said so already. */
  record Unchanged() implements Publication {}

  /**
   * The cluster says something that isn't Larder's, and was left alone.
   *
   * @param host the registry that it names; empty text if that can't be read
   */
  record Foreign(String host) implements Publication {}

  /**
   * The API server isn't there, or not set up so far; to be tried again later.
   *
   * @param why a sentence for the user
   */
  record NotYet(String why) implements Publication {}

  /**
   * It can't be done.
   *
   * @param why a sentence for the user
   */
  record Failed(String why) implements Publication {}
}
