package dev.larder.cluster.doctor;

import dev.larder.cluster.Node;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.ExecResult;
import java.util.ArrayList;
import java.util.List;

/** Runs scripts in a node, which has a shell and few other programs for certain. */
record NodeShell(Engine engine, Node node) {

  /** The exit code by which a script says that it lacks a program. */
  static final int NO_PROGRAM = 127;

  /** Runs a script, whatever comes of it. */
  ExecResult run(String script, String... arguments) throws EngineException, CheckException {
    if (!node.running()) {
      throw new CheckException("%s isn't running".formatted(node.name()));
    }
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(List.of(arguments));
    return engine.exec(node.container().id(), command);
  }

  /**
   * Runs a script that is to succeed.
   *
   * @return what it writes
   * @throws CheckException if it doesn't
   */
  String out(String script, String... arguments) throws EngineException, CheckException {
    ExecResult result = run(script, arguments);
    if (!result.ok()) {
      String error = result.err().strip();
      throw new CheckException(
          "in %s, %s"
              .formatted(
                  node.name(),
                  error.isEmpty() ? "a command ended with " + result.exitCode() : error));
    }
    return result.out();
  }
}
