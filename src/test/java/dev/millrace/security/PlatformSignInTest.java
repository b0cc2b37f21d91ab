package dev.millrace.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.Owner;
import dev.millrace.security.SignIn.Admission;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the platform names is believed; whatever does not look like the platform is nobody. */
class PlatformSignInTest {
  private static final String TENANT =
      "{\"typ\":\"http://schemas.microsoft.com/identity/claims/tenantid\",\"val\":\"red\"}";
  private static final String NAME =
      "{\"typ\":\"http://schemas.microsoft.com/identity/claims/objectidentifier\",\"val\":\"alice\"}";

  private final SignIn signIn =
      new PlatformSignIn(new Rules(Set.of("red"), Optional.empty(), Optional.empty()));

  private static String principal(String provider, String... claims) {
    return "{\"auth_typ\":\"%s\",\"role_typ\":\"roles\",\"claims\":[%s]}"
        .formatted(provider, String.join(",", claims));
  }

  private static Headers header(String principal) {
    String value = Base64.getEncoder().encodeToString(principal.getBytes(StandardCharsets.UTF_8));
    var all =
        Map.of(
            "X-MS-CLIENT-PRINCIPAL", List.of(value),
            "X-MS-TOKEN-AAD-ACCESS-TOKEN", List.of("theirs"));
    return name -> all.getOrDefault(name, List.of());
  }

  @Test
  void a_principal_of_entra_is_somebody_and_the_token_beside_it_may_be_exchanged() {
    assertThat(signIn.admit(header(principal("aad", TENANT, NAME))))
        .isEqualTo(new Admission.Admitted(new Caller(new Owner("red", "alice"), false, "theirs")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"auth_typ\":\"aad\"}",
        "{\"auth_typ\":\"aad\",\"claims\":7}",
        "{\"auth_typ\":\"aad\",\"claims\":[null,7,{\"typ\":\"tid\"}]}"
      })
  void what_is_no_principal_is_nobody(String principal) {
    assertThat(signIn.admit(header(principal))).isInstanceOf(Admission.Unknown.class);
  }

  @Test
  void another_provider_half_a_name_or_two_of_them_are_nobody() {
    for (String wrong :
        List.of(
            principal("twitter", TENANT, NAME),
            principal("aad", NAME),
            principal("aad", TENANT),
            principal("aad", TENANT, NAME, "{\"typ\":\"oid\",\"val\":\"bob\"}"))) {
      assertThat(signIn.admit(header(wrong))).isInstanceOf(Admission.Unknown.class);
    }
  }

  @Test
  void no_header_and_two_of_them_are_nobody() {
    List<String> once = header(principal("aad", TENANT, NAME)).all("X-MS-CLIENT-PRINCIPAL");
    var twice = List.of(once.getFirst(), once.getFirst());

    assertThat(signIn.admit(name -> List.of())).isInstanceOf(Admission.Unknown.class);
    assertThat(signIn.admit(name -> twice)).isInstanceOf(Admission.Unknown.class);
  }

  @Test
  void another_tenant_and_somebody_without_the_role_are_told_so() {
    String blue = principal("aad", "{\"typ\":\"tid\",\"val\":\"blue\"}", NAME);
    var strict =
        new PlatformSignIn(new Rules(Set.of("red"), Optional.empty(), Optional.of("analyst")));
    String role = "{\"typ\":\"roles\",\"val\":\"analyst\"}";

    assertThat(signIn.admit(header(blue))).isInstanceOf(Admission.Forbidden.class);
    assertThat(strict.admit(header(principal("aad", TENANT, NAME))))
        .isInstanceOf(Admission.Forbidden.class);
    assertThat(strict.admit(header(principal("aad", TENANT, NAME, role))))
        .isInstanceOf(Admission.Admitted.class);
  }
}
