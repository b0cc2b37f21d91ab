package dev.millrace.security;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.millrace.job.Owner;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Azure has signed callers in before they get here, and says who they are in headers that it takes
 * away from everybody else. Where it does not stand in front, whoever can write a header is
 * anybody.
 */
public final class PlatformSignIn implements SignIn {
  private static final int LONGEST = 16_384;
  private static final String LONG_NAMES = "http://schemas.microsoft.com/identity/claims/";

  private final Rules rules;

  public PlatformSignIn(Rules rules) {
    this.rules = rules;
  }

  @Override
  public Admission admit(Headers headers) {
    Optional<Principal> principal = headers.only("X-MS-CLIENT-PRINCIPAL").flatMap(Principal::read);
    if (principal.isEmpty()) {
      return new Admission.Unknown("no single principal of Entra");
    }
    Optional<Owner> owner =
        Caller.owner(
            principal.get().one("tid", LONG_NAMES + "tenantid"),
            principal.get().one("oid", LONG_NAMES + "objectidentifier"));
    if (owner.isEmpty()) {
      return new Admission.Unknown("no tenant or no name");
    }
    if (!rules.welcomes(owner.get().tenant())) {
      return new Admission.Forbidden("another tenant");
    }
    if (rules.role().isPresent() && !rules.allowsProgram(principal.get().roles())) {
      return new Admission.Forbidden("without the role");
    }
    return new Admission.Admitted(
        new Caller(
            owner.get(),
            false,
            headers.only("X-MS-TOKEN-AAD-ACCESS-TOKEN").orElse(null),
            principal.get().one("name").orElse(null)));
  }

  /** What the platform tells of a caller. */
  private record Principal(List<Claim> claims, String roleType) {
    private record Claim(String type, String value) {}

    static Optional<Principal> read(String header) {
      if (header.length() > LONGEST) {
        return Optional.empty();
      }
      try {
        String json = new String(Base64.getDecoder().decode(header), StandardCharsets.UTF_8);
        Map<String, Object> principal = JSONObjectUtils.parse(json);
        return principal != null && "aad".equals(principal.get("auth_typ"))
            ? Optional.of(
                new Principal(
                    claims(principal.get("claims")), String.valueOf(principal.get("role_typ"))))
            : Optional.empty();
      } catch (ParseException | IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    private static List<Claim> claims(@Nullable Object list) {
      return list instanceof List<?> all
          ? all.stream().flatMap(Principal::claim).toList()
          : List.of();
    }

    private static Stream<Claim> claim(Object element) {
      return element instanceof Map<?, ?> claim
              && claim.get("typ") instanceof String type
              && claim.get("val") instanceof String value
              && !value.isBlank()
          ? Stream.of(new Claim(type, value))
          : Stream.of();
    }

    /** The value of a claim that goes by these names, if there is exactly one. */
    Optional<String> one(String... names) {
      List<String> values = all(names);
      return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    List<String> roles() {
      return all("roles", roleType);
    }

    private List<String> all(String... names) {
      return claims.stream()
          .filter(claim -> List.of(names).contains(claim.type()))
          .map(Claim::value)
          .distinct()
          .toList();
    }
  }
}
