package dev.millrace;

import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.OnBehalfOfCredentialBuilder;
import dev.millrace.http.HttpSettings;
import dev.millrace.job.Secret;
import dev.millrace.security.OpenSignIn;
import dev.millrace.security.PlatformSignIn;
import dev.millrace.security.SecuritySettings;
import dev.millrace.security.SignIn;
import dev.millrace.security.delegation.DelegationSettings;
import dev.millrace.security.delegation.Delegations;
import dev.millrace.security.delegation.EntraExchange;
import dev.millrace.security.delegation.Exchange;
import dev.millrace.security.limit.Allowance;
import dev.millrace.security.limit.LimitSettings;
import dev.millrace.security.token.TokenSignIn;
import dev.millrace.storage.Storage;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.env.Environment;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who may call, as the settings say. */
@Factory
final class SecurityWiring {
  private static final Logger log = LoggerFactory.getLogger(SecurityWiring.class);

  @Singleton
  SignIn signIn(
      SecuritySettings settings, HttpSettings http, Environment environment, InstantSource clock) {
    return switch (settings.how()) {
      case OPEN -> {
        if (environment.getActiveNames().contains(Environment.FUNCTION)) {
          log.warn(
              "nobody has to sign in: the keys of the functions are all that stands before these"
                  + " routes, and whoever has one may read, run and delete everything");
        } else if (!http.onThisMachineOnly()) {
          log.atWarn()
              .addKeyValue("host", http.host())
              .log(
                  "nobody has to sign in, and this server can be reached from elsewhere: whoever"
                      + " reaches it may read, run and delete everything");
        }
        yield new OpenSignIn();
      }
      case JWT -> new TokenSignIn(settings, clock);
      case PLATFORM -> new PlatformSignIn(settings.rules());
    };
  }

  @Singleton
  Delegations delegations(Storage storage, Secret secret, Exchange exchange, InstantSource clock) {
    return new Delegations(storage, secret, exchange, clock);
  }

  @Singleton
  Allowance allowance(LimitSettings settings, Storage storage, InstantSource clock) {
    return new Allowance(settings, storage, clock);
  }

  @Singleton
  Exchange exchange(DelegationSettings settings, Environment environment) {
    if (settings.clientId() == null) {
      return (token, tenant, scopes) -> {
        throw new Exchange.Refused(
            "Tools of this agent act for whoever asks, which is not set up here. Set"
                + " millrace.delegation.client-id (MILLRACE_DELEGATION_CLIENT_ID).");
      };
    }
    return new EntraExchange(() -> ourselves(settings, environment));
  }

  private static OnBehalfOfCredentialBuilder ourselves(
      DelegationSettings settings, Environment environment) {
    var builder =
        new OnBehalfOfCredentialBuilder()
            .clientId(settings.clientId())
            .authorityHost(settings.authority());
    return settings.clientSecret() == null
        ? builder.clientAssertion(() -> vouched(environment))
        : builder.clientSecret(settings.clientSecret());
  }

  /** What the managed identity shows Entra in place of a secret. */
  private static String vouched(Environment environment) {
    var wanted = new TokenRequestContext().addScopes("api://AzureADTokenExchange/.default");
    return AzureWiring.identity(environment).getTokenSync(wanted).getToken();
  }

  @Singleton
  Check nobodyElseGetsIn(SecuritySettings settings, HttpSettings http) {
    return () ->
        settings.how() != SecuritySettings.Mode.OPEN
                || settings.openAnywhere()
                || http.onThisMachineOnly()
            ? List.of()
            : List.of(
                "millrace.http.host (MILLRACE_HTTP_HOST) must be an address of this machine alone,"
                    + " such as 127.0.0.1, as long as nobody has to sign in. It is "
                    + http.host()
                    + ". Set millrace.security.mode (MILLRACE_SECURITY_MODE) to jwt or platform, or"
                    + " millrace.security.open-anywhere (MILLRACE_SECURITY_OPEN_ANYWHERE) to true"
                    + " if whoever can reach this server may do everything with it.");
  }

  /** Headers of a platform that is not there could be anybody's. */
  @Singleton
  Check thePlatformIsThere(SecuritySettings settings, Environment environment) {
    return () ->
        settings.how() != SecuritySettings.Mode.PLATFORM || signsIn(settings, environment)
            ? List.of()
            : List.of(
                "millrace.security.mode (MILLRACE_SECURITY_MODE) is platform, but "
                    + (settings.onAppService()
                        ? "WEBSITE_AUTH_ENABLED is not true: turn on the authentication of the App"
                            + " Service, so that nobody else can say who calls."
                        : "CONTAINER_APP_NAME is not set: this does not run in Azure Container"
                            + " Apps, so anybody could say who calls."));
  }

  private static boolean signsIn(SecuritySettings settings, Environment environment) {
    return settings.onAppService()
        ? environment.getProperty("website.auth.enabled", Boolean.class).orElse(false)
        : environment.containsProperty("container.app.name");
  }
}
