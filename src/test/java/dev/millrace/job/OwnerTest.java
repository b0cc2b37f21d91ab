package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerTest {
  private static final JobId JOB = new JobId("j1");

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "default", "Sales-EU_1", "a.b", "72f988bf-86f1-41af-91ab-2d7cd011db47"})
  void a_tenant_is_a_plain_name(String tenant) {
    assertThat(new Owner(tenant, "alice").tenant()).isEqualTo(tenant);
    assertThat(new JobRef(tenant, JOB)).hasToString(tenant + "/j1");
  }

  /** A tenant is a segment of names in the store; a pointer's tenant comes from outside. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "../..", "a/b", "a.", ".a", "-a", "a b", "ä", "a\n", "%2e"})
  void whatever_could_lead_elsewhere_is_no_tenant(String tenant) {
    assertThatThrownBy(() -> new Owner(tenant, "alice"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new JobRef(tenant, JOB)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_tenant_has_at_most_64_characters() {
    assertThat(new Owner("a".repeat(64), "alice").tenant()).hasSize(64);
    assertThatThrownBy(() -> new Owner("a".repeat(65), "alice"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void an_owner_has_a_name() {
    assertThatThrownBy(() -> new Owner("default", " ")).hasMessageContaining("1 to 256");
    assertThatThrownBy(() -> new Owner("default", "a".repeat(257))).hasMessageContaining("256");
  }
}
