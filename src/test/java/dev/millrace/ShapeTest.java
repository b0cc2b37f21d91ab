package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The real classes keep the shape of the house. */
class ShapeTest {
  /** Annotation processing writes {@code $Worker$Definition} and the like into our packages. */
  private static final ImportOption WRITTEN_BY_US = place -> !place.contains("/$");

  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(WRITTEN_BY_US)
          .importPackages("dev.millrace");

  static List<ArchRule> rules() {
    return Shape.RULES;
  }

  @ParameterizedTest
  @MethodSource("rules")
  void the_product_keeps_every_rule(ArchRule rule) {
    rule.check(PRODUCT);
  }

  @Test
  void no_test_sleeps() {
    var tests =
        new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests())
            .importPackages("dev.millrace");

    assertThat(tests).isNotEmpty();
    Shape.NOBODY_SLEEPS.check(tests);
  }
}
