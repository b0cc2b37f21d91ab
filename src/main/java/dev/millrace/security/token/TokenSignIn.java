package dev.millrace.security.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jwt.SignedJWT;
import dev.millrace.job.Owner;
import dev.millrace.security.Caller;
import dev.millrace.security.Headers;
import dev.millrace.security.Rules;
import dev.millrace.security.SecuritySettings;
import dev.millrace.security.SignIn;
import java.net.URI;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Callers show a token of the configured issuer, as {@code Authorization: Bearer}. */
public final class TokenSignIn implements SignIn {
  private static final Logger log = LoggerFactory.getLogger(TokenSignIn.class);
  private static final int LONGEST = 16_384;

  /** Three parts, none of them empty: neither unsigned nor encrypted. */
  private static final Pattern BEARER =
      Pattern.compile("(?i:Bearer) +([\\w-]+\\.[\\w-]+\\.[\\w-]+)");

  /** Whatever else a header says, such as which key to believe, it is not for the token to say. */
  private static final Set<String> HEADERS = Set.of("alg", "kid", "typ", "x5t", "x5t#S256");

  private static final Set<JOSEObjectType> TYPES =
      Set.of(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"));

  private final TokenSettings settings;
  private final Rules rules;
  private final Set<String> audience;
  private final Set<String> algorithms;
  private final Keys keys;
  private final InstantSource clock;

  public TokenSignIn(SecuritySettings security, InstantSource clock) {
    this.settings = security.jwt();
    this.rules = security.rules();
    this.audience = Set.copyOf(SecuritySettings.parts(settings.audience()));
    this.algorithms = Set.copyOf(SecuritySettings.parts(settings.algorithms()));
    this.keys = new Keys(URI.create(String.valueOf(settings.keys())), clock);
    this.clock = clock;
  }

  @Override
  public Admission admit(Headers headers) {
    Admission found = find(headers);
    if (!(found instanceof Admission.Admitted)) {
      log.atDebug().addKeyValue("found", found).log("a caller was not let in");
    }
    return found;
  }

  private Admission find(Headers headers) {
    String shown = headers.only("Authorization").orElse("");
    Matcher bearer = BEARER.matcher(shown);
    if (shown.length() > LONGEST || !bearer.matches()) {
      return new Admission.Unknown("no single bearer token");
    }
    String token = bearer.group(1);
    try {
      SignedJWT jwt = parsed(token);
      Claims claims = new Claims(jwt.getJWTClaimsSet());
      Optional<String> objection =
          objection(jwt).or(() -> claims.objection(settings, audience, clock.instant()));
      return objection.isPresent() ? new Admission.Unknown(objection.get()) : admit(claims, token);
    } catch (ParseException | JOSEException e) {
      return new Admission.Unknown("not a token"); // what is wrong would repeat parts of it
    }
  }

  /** What the library did not expect, such as a header of null, it meets with any exception. */
  private static SignedJWT parsed(String token) throws ParseException {
    try {
      return SignedJWT.parse(token);
    } catch (RuntimeException e) {
      throw new ParseException("not a token", 0);
    }
  }

  private Optional<String> objection(SignedJWT jwt) throws JOSEException {
    JWSHeader header = jwt.getHeader();
    if (!HEADERS.containsAll(header.getIncludedParams())) {
      return Optional.of("a header that has no place in a token");
    }
    if (header.getType() != null && !TYPES.contains(header.getType())) {
      return Optional.of("another type of token");
    }
    if (!algorithms.contains(header.getAlgorithm().getName()) || header.getKeyID() == null) {
      return Optional.of("no algorithm of ours, or no key");
    }
    Optional<JWK> key = keys.find(header.getKeyID());
    return key.isPresent() && signed(jwt, key.get())
        ? Optional.empty()
        : Optional.of("not signed by a key of the issuer");
  }

  private static boolean signed(SignedJWT jwt, JWK key) throws JOSEException {
    boolean weak = key.getKeyType().equals(KeyType.RSA) && key.size() < 2048;
    if (weak || !(key instanceof AsymmetricJWK known)) {
      return false;
    }
    return jwt.verify(
        new DefaultJWSVerifierFactory().createJWSVerifier(jwt.getHeader(), known.toPublicKey()));
  }

  /** A token that can be believed: whose it is, and whether that is enough. */
  private Admission admit(Claims claims, String token) {
    Optional<Owner> owner =
        Caller.owner(claims.text(settings.tenantClaim()), claims.text(settings.ownerClaim()));
    if (owner.isEmpty()) {
      return new Admission.Unknown("no tenant or no name");
    }
    if (!rules.welcomes(owner.get().tenant())) {
      return new Admission.Forbidden("another tenant");
    }
    boolean may =
        claims.ofProgram()
            ? rules.allowsProgram(claims.roles())
            : rules.allowsUser(claims.scopes());
    return may
        ? new Admission.Admitted(
            new Caller(owner.get(), false, token, claims.text("name").orElse(null)))
        : new Admission.Forbidden("neither the scope nor the role");
  }
}
