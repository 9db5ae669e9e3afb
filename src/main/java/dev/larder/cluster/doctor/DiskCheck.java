package dev.larder.cluster.doctor;

import dev.larder.cluster.Node;
import java.io.IOException;
import java.util.List;

/** How much room is left where the engine keeps images and volumes, as one of its nodes sees it. */
record DiskCheck(NodeShell shell) implements Check {
  private static final long GIBIBYTE = 1 << 30;
  private static final long LITTLE = 10 * GIBIBYTE;
  private static final long NONE = GIBIBYTE;

  @Override
  public Area area() {
    return Area.DISK;
  }

  @Override
  public String subject() {
    return "engine";
  }

  @Override
  public List<Finding> run() throws CheckException, IOException {
    return judge(shell.out("df -Pk /var"), shell.node());
  }

  static List<Finding> judge(String df, Node node) throws CheckException {
    List<String> lines = df.lines().toList();
    String[] fields = lines.isEmpty() ? new String[0] : lines.getLast().strip().split("\\s+");
    // POSIX: file system, blocks of 1024 bytes, used, available, capacity, where
    if (fields.length < 6 || !fields[3].matches("[0-9]+")) {
      throw new CheckException("df in %s says: %s".formatted(node.name(), df.strip()));
    }
    long free = Long.parseLong(fields[3]) * 1024;
    int used = Integer.parseInt(fields[4].replace("%", ""));
    if (free >= NONE && (free >= LITTLE || used < 90)) {
      return List.of();
    }
    return List.of(
        new Finding(
            Area.DISK,
            free < NONE ? Severity.ERROR : Severity.WARNING,
            "engine",
            "its disk is full to %d%%, with %.1f GiB left: pulls and pushes fail when there is none"
                .formatted(used, (double) free / GIBIBYTE),
            "docker system df says what takes it, docker system prune removes what isn't used"));
  }
}
