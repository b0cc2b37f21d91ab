package dev.millrace.security.token;

import static dev.millrace.security.SecuritySettings.blankless;
import static dev.millrace.security.SecuritySettings.fault;
import static dev.millrace.security.SecuritySettings.parts;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens are believed.
 *
 * @param issuer exactly as tokens name it; {@code {tenantid}} in it stands for the caller's tenant
 * @param keys the address of the issuer's public keys, a JSON Web Key Set
 * @param audience who tokens must be meant for: this API, by any of its names
 * @param algorithms the only ones that a signature may be of
 * @param tenantClaim which claim names the tenant
 * @param ownerClaim which claim names the caller, for good and alike in all tokens
 */
@ConfigurationProperties("millrace.security.jwt")
public record TokenSettings(
    @Nullable String issuer,
    @Nullable String keys,
    @Nullable String audience,
    @Bindable(defaultValue = "RS256") String algorithms,
    @Bindable(defaultValue = "tid") String tenantClaim,
    @Bindable(defaultValue = "oid") String ownerClaim) {
  static final String ANY_TENANT = "{tenantid}";

  /** Signed with a key of which nobody but the issuer has the secret part. */
  private static final Set<String> SIGNATURES =
      Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

  public TokenSettings {
    issuer = blankless(issuer);
    keys = blankless(keys);
    audience = blankless(audience);
    algorithms = algorithms.isBlank() ? "RS256" : algorithms;
    tenantClaim = tenantClaim.isBlank() ? "tid" : tenantClaim.strip();
    ownerClaim = ownerClaim.isBlank() ? "oid" : ownerClaim.strip();
  }

  /** What has to be mended before tokens can be read by this, one line each. */
  public List<String> faults(boolean tenantsNamed) {
    var faults = new ArrayList<String>();
    if (issuer == null) {
      faults.add(
          fault("jwt.issuer", "must be set, as in https://login.microsoftonline.com/TENANT/v2.0."));
    } else if (issuer.contains(ANY_TENANT) && !tenantsNamed) {
      faults.add(
          fault(
              "tenants",
              "must name tenants by their ids, because millrace.security.jwt.issuer stands for any"
                  + " tenant there is."));
    }
    if (keys == null || !trustworthy(keys)) {
      faults.add(
          fault(
              "jwt.keys",
              "must be the https address of the issuer's keys, as in"
                  + " https://login.microsoftonline.com/TENANT/discovery/v2.0/keys."));
    }
    if (audience == null) {
      faults.add(
          fault(
              "jwt.audience",
              "must name this API as tokens do: the client id of its registration, or its"
                  + " api://… address."));
    }
    if (parts(algorithms).isEmpty() || !SIGNATURES.containsAll(parts(algorithms))) {
      faults.add(
          fault(
              "jwt.algorithms",
              "must be among RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and ES512."));
    }
    return faults;
  }

  private static boolean trustworthy(String address) {
    try {
      var url = new URI(address);
      boolean here =
          Set.of("localhost", "127.0.0.1", "[::1]").contains(String.valueOf(url.getHost()));
      return url.getHost() != null
          && url.getRawUserInfo() == null
          && ("https".equals(url.getScheme()) || ("http".equals(url.getScheme()) && here));
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
