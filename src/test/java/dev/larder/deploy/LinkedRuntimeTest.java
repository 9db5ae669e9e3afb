package dev.larder.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

class LinkedRuntimeTest {
  /**
   * What libraries have uses for that Larder has not: beans, compiled templates, flight records.
   */
  private static final List<String> LEFT_OUT = List.of("java.compiler", "java.desktop", "jdk.jfr");

  @Test
  void itHasTheModulesThatLarderAndItsLibrariesNeed() {
    StringWriter said = new StringWriter();
    int status =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(
                new PrintWriter(said),
                new PrintWriter(said),
                "--print-module-deps",
                "--ignore-missing-deps",
                "--recursive",
                "--multi-release",
                "25",
                "--class-path",
                System.getProperty("java.class.path"),
                "target/classes");
    String last = said.toString().strip().lines().toList().getLast();
    assertThat(status).as(said.toString()).isZero();
    assertThat(List.of(last.split(",")))
        .filteredOn(module -> !LEFT_OUT.contains(module))
        .containsExactlyElementsOf(LinkedRuntime.MODULES);
  }
}
