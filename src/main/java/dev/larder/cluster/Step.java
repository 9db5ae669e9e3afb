package dev.larder.cluster;

import java.util.List;

/** Something to do in a node. */
public sealed interface Step {

  /** What it does and why, in words. */
  String text();

  /**
   * Writes a file, at once and whole: whoever reads it sees the old one or the new one.
   *
   * @param path its path in the node
   * @param content what is written
   * @param why in words
   */
  record WriteFile(String path, String content, String why) implements Step {
    @Override
    public String text() {
      return "write %s: %s".formatted(path, why);
    }
  }

  /**
   * Removes a file, and then those of {@code folders} that are empty.
   *
   * @param path the file's path in the node
   * @param folders the folders that were made for it, the outer before the inner
   * @param why in words
   */
  record RemoveFile(String path, List<String> folders, String why) implements Step {
    public RemoveFile {
      folders = List.copyOf(folders);
    }

    @Override
    public String text() {
      return "remove %s: %s".formatted(path, why);
    }
  }

  /**
   * Has containerd read its configuration: restarts it, unless it hasn't started yet.
   *
   * @param why in words
   */
  record RestartContainerd(String why) implements Step {
    @Override
    public String text() {
      return "restart containerd once: " + why;
    }
  }
}
