package dev.millrace.security.token;

import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a token says, checked one rule after the other. */
final class Claims {
  /** By how much the clocks of an issuer and of this machine may differ. */
  static final Duration SKEW = Duration.ofMinutes(1);

  /** Only tokens that say who somebody is, not what they may do, have these. */
  private static final Set<String> OF_ID_TOKENS = Set.of("nonce", "at_hash", "c_hash");

  /** Programs are named by one of these, and so by every token that a program was given. */
  private static final List<String> PROGRAMS = List.of("azp", "appid", "client_id");

  private final JWTClaimsSet claims;

  Claims(JWTClaimsSet claims) {
    this.claims = claims;
  }

  /** Why this is no token for us now; absent if it is. */
  Optional<String> objection(TokenSettings settings, Set<String> audience, Instant now) {
    Date expires = claims.getExpirationTime();
    Date notBefore = claims.getNotBeforeTime();
    Date issued = claims.getIssueTime();
    if (expires == null || !now.minus(SKEW).isBefore(expires.toInstant())) {
      return Optional.of("it has expired, or never does");
    }
    if (notBefore != null && now.plus(SKEW).isBefore(notBefore.toInstant())) {
      return Optional.of("it holds later only");
    }
    if (issued == null || now.plus(SKEW).isBefore(issued.toInstant())) {
      return Optional.of("it was issued in the future, or never");
    }
    if (!issuer(settings).equals(claims.getIssuer())) {
      return Optional.of("another issuer");
    }
    if (claims.getAudience().size() != 1 || !audience.contains(claims.getAudience().getFirst())) {
      return Optional.of("it is meant for somebody else, or not for us alone");
    }
    if (OF_ID_TOKENS.stream().anyMatch(claims.getClaims()::containsKey)) {
      return Optional.of("it is an id token");
    }
    return Optional.empty();
  }

  private String issuer(TokenSettings settings) {
    String issuer = String.valueOf(settings.issuer());
    return issuer.replace(TokenSettings.ANY_TENANT, text(settings.tenantClaim()).orElse(""));
  }

  /** A claim that is a text and not empty. */
  Optional<String> text(String name) {
    return claims.getClaim(name) instanceof String text && !text.isBlank()
        ? Optional.of(text)
        : Optional.empty();
  }

  /** What a user has let the calling program do; none if there is no user. */
  List<String> scopes() {
    return Stream.of("scp", "scope").flatMap(name -> words(claims.getClaim(name))).toList();
  }

  private static Stream<String> words(@Nullable Object value) {
    return value instanceof String text ? Stream.of(text.split(" ")) : Stream.of();
  }

  /** Whether a program calls in its own name. */
  boolean ofProgram() {
    return scopes().isEmpty() && PROGRAMS.stream().anyMatch(name -> text(name).isPresent());
  }

  List<String> roles() {
    try {
      List<String> roles = claims.getStringListClaim("roles");
      return roles == null ? List.of() : roles;
    } catch (ParseException e) {
      return List.of();
    }
  }
}
