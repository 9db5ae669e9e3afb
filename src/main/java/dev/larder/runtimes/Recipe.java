package dev.larder.runtimes;

import java.util.List;

/** What one runtime's configuration has to say, and how a file of that format comes to say it. */
public sealed interface Recipe
    permits BuildkitToml,
        CapdManifests,
        ColimaYaml,
        DaemonJson,
        HostsToml,
        K3dYaml,
        KindYaml,
        RancherDesktopYaml,
        RegistriesConf,
        RegistriesYaml,
        TalosYaml {

  /** Where the file goes and what has to be started anew, in lines of at most 100 characters. */
  List<String> notes();

  /** A file that says nothing else. */
  default String text() {
    try {
      return merge(skeleton());
    } catch (MergeException e) {
      throw new IllegalStateException("a file of our own", e);
    }
  }

  /** The smallest file of the format. */
  default String skeleton() {
    return "";
  }

  /**
   * The same file, which says it too. What says it already stays as it is; comments stay, but a
   * YAML file's indentation may change.
   *
   * @throws MergeException if {@code file} is of another format, or says something that contradicts
   */
  String merge(String file) throws MergeException;

  /** Whether the format has comments, which begin with {@code #}. */
  default boolean hasComments() {
    return true;
  }
}
