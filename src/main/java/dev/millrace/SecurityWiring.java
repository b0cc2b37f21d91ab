package dev.millrace;

import dev.millrace.http.HttpSettings;
import dev.millrace.security.OpenSignIn;
import dev.millrace.security.PlatformSignIn;
import dev.millrace.security.SecuritySettings;
import dev.millrace.security.SignIn;
import dev.millrace.security.token.TokenSignIn;
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
  SignIn signIn(SecuritySettings settings, HttpSettings http, InstantSource clock) {
    return switch (settings.how()) {
      case OPEN -> {
        if (!http.onThisMachineOnly()) {
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
