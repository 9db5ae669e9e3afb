package dev.larder;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table of docs/architecture.md: which package may use which. */
@AnalyzeClasses(packages = "dev.larder", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final Map<String, List<String>> MAY_USE = new LinkedHashMap<>();

  static {
    MAY_USE.put("oci", List.of());
    MAY_USE.put("http", List.of());
    MAY_USE.put("control", List.of());
    MAY_USE.put("metrics", List.of());
    MAY_USE.put("store", List.of("oci", "metrics"));
    MAY_USE.put("upstream", List.of("oci", "http", "metrics"));
    MAY_USE.put("mirror", List.of("oci", "store", "upstream"));
    MAY_USE.put("registry", List.of("oci", "http", "metrics", "store", "upstream", "mirror"));
    MAY_USE.put("console", List.of("http", "metrics", "registry"));
    MAY_USE.put("events", List.of("oci", "store", "mirror", "registry"));
    MAY_USE.put("notify", List.of("oci", "http", "metrics", "registry", "events"));
    MAY_USE.put("warm", List.of("oci", "store", "mirror"));
    MAY_USE.put("transfer", List.of("oci", "store"));
    MAY_USE.put("engine", List.of("oci"));
    MAY_USE.put("deploy", List.of("oci", "engine"));
    MAY_USE.put("cluster", List.of("oci", "engine", "deploy"));
    MAY_USE.put("runtimes", List.of("oci"));
    MAY_USE.put("cli", MAY_USE.keySet().stream().toList());
  }

  @ArchTest static final ArchRule arrowsPointDown = layers();

  @ArchTest
  static final ArchRule everyClassIsInAPackageOfTheTable =
      classes()
          .should()
          .resideInAnyPackage(
              MAY_USE.keySet().stream().map(ArchitectureTest::tree).toArray(String[]::new));

  @ArchTest
  static final ArchRule noPackagesFormACycle =
      slices().matching("dev.larder.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyCliPicksImplementations =
      noClasses()
          .that(resideOutsideOfPackages("dev.larder.store..", "dev.larder.cli.."))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.larder.store.*..");

  @ArchTest
  static final ArchRule theVocabularyDoesNoInputOrOutput =
      noClasses()
          .that(resideInAPackage("dev.larder.oci"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net..", "java.nio.file..", "java.nio.channels..");

  @ArchTest
  static final ArchRule theServersLibraryStaysAtTheEdge =
      noClasses()
          .that(not(resideInAPackage("dev.larder.http")))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx..", "io.netty..");

  @ArchTest
  static final ArchRule dockersClientStaysBehindTheEnginesFace =
      noClasses()
          .that(not(resideInAPackage("dev.larder.engine")))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.github.dockerjava..");

  @ArchTest
  static final ArchRule metersAreCountedInOnePlace =
      noClasses()
          .that(not(resideInAPackage("dev.larder.metrics")))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.micrometer..");

  private static LayeredArchitecture layers() {
    LayeredArchitecture layers =
        layeredArchitecture().consideringOnlyDependenciesInAnyPackage("dev.larder..");
    for (String name : MAY_USE.keySet()) {
      layers = layers.optionalLayer(name).definedBy(tree(name));
    }
    for (Map.Entry<String, List<String>> row : MAY_USE.entrySet()) {
      layers =
          row.getValue().isEmpty()
              ? layers.whereLayer(row.getKey()).mayNotAccessAnyLayer()
              : layers
                  .whereLayer(row.getKey())
                  .mayOnlyAccessLayers(row.getValue().toArray(String[]::new));
    }
    return layers;
  }

  private static String tree(String name) {
    return "dev.larder." + name + "..";
  }
}
