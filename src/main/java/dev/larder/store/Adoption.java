package dev.larder.store;

/** What came of the wish to keep a file's bytes where they are. */
public sealed interface Adoption {

  /**
   * The file has a second name; its bytes are read.
   *
   * @param blob the bytes, to be committed or let go of
   */
  record Linked(IncomingBlob blob) implements Adoption {}

  /**
   * The file can't have a name in the store: it is on another file system, or somebody else's. Its
   * bytes have to be copied.
   *
   * @param reason why, as the operating system says it
   */
  record Refused(String reason) implements Adoption {}
}
