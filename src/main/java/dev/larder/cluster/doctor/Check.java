package dev.larder.cluster.doctor;

import java.io.IOException;
import java.util.List;

/** A question to the engine, to Larder or to a node. It reads, and changes nothing. */
interface Check {

  /** What is looked at. */
  Area area();

  /** Where: a container, cluster or network, or {@code engine}. */
  String subject();

  /**
   * Looks.
   *
   * @return what is wrong; empty if nothing is
   * @throws CheckException if that can't be found out
   * @throws IOException likewise
   */
  List<Finding> run() throws CheckException, IOException;
}
