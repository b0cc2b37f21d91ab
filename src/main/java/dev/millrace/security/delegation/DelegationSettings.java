package dev.millrace.security.delegation;

import static dev.millrace.security.SecuritySettings.blankless;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * As whom sign-ins are exchanged, so that tools can act for the owners of jobs.
 *
 * @param clientId of the registration that callers' tokens are meant for; nobody acts for anybody
 *     if empty
 * @param clientSecret of it; without one the managed identity vouches, which the registration then
 *     has to trust
 * @param authority that exchanges; another one for another cloud
 */
@ConfigurationProperties("millrace.delegation")
public record DelegationSettings(
    @Nullable String clientId,
    @Nullable String clientSecret,
    @Bindable(defaultValue = DelegationSettings.ENTRA) String authority) {
  static final String ENTRA = "https://login.microsoftonline.com/";

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public DelegationSettings {
    clientId = blankless(clientId);
    clientSecret = blankless(clientSecret);
    authority = authority.isBlank() ? ENTRA : authority.strip();
    if (clientSecret != null && clientId == null) {
      throw new IllegalArgumentException(
          "millrace.delegation.client-id (MILLRACE_DELEGATION_CLIENT_ID) is missing beside the"
              + " secret. Set it to the client id of the same registration.");
    }
    if (!authority.startsWith("https://") || !valid(authority)) {
      throw new IllegalArgumentException(
          "millrace.delegation.authority (MILLRACE_DELEGATION_AUTHORITY) must be like "
              + ENTRA
              + ". Leave it empty for that.");
    }
  }

  private static boolean valid(String address) {
    try {
      return URI.create(address).getHost() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return "DelegationSettings[clientId=" + clientId + "]";
  }
}
