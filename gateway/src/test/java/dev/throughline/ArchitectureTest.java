package dev.throughline;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Packages import only from those below them, as docs/ARCHITECTURE.md lists them; there are no
 * circles, and only the outgoing client's package opens connections of its own.
 */
final class ArchitectureTest {
  /** Lowest first: a package may use those before it. */
  private static final List<String> ORDER =
      List.of(
          "message",
          "contract",
          "policy",
          "http",
          "store",
          "vault",
          "log",
          "task",
          "channel",
          "channel.aws",
          "channel.line",
          "channel.line.account",
          "channel.email",
          "channel.sms",
          "channel.whatsapp",
          "conversation",
          "media",
          "outbound.plan",
          "outbound",
          "outbound.broadcast",
          "inbound",
          "consent",
          "callback",
          "account",
          "evidence",
          "api",
          "ops");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.throughline");

  @Test
  void packagesImportOnlyFromThoseBelowThem() {
    LayeredArchitecture layers =
        layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
    for (String name : ORDER) {
      layers = layers.layer(name).definedBy("dev.throughline." + name);
    }
    layers = layers.layer("root").definedBy("dev.throughline");
    layers = layers.whereLayer("root").mayNotBeAccessedByAnyLayer();
    for (int i = 0; i < ORDER.size(); i++) {
      List<String> above = new java.util.ArrayList<>(ORDER.subList(i + 1, ORDER.size()));
      above.add("root");
      layers =
          layers.whereLayer(ORDER.get(i)).mayOnlyBeAccessedByLayers(above.toArray(String[]::new));
    }
    layers.check(CLASSES);
  }

  @Test
  void everyPackageHasItsPlaceInTheOrder() {
    Set<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith("dev.throughline."))
            .map(name -> name.substring("dev.throughline.".length()))
            .filter(name -> !name.startsWith("ledger"))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(packages).isSubsetOf(ORDER);
  }

  @Test
  void thereAreNoCircles() {
    slices().matching("dev.throughline.(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
