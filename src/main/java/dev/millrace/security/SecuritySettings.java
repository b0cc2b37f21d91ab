package dev.millrace.security;

import dev.millrace.security.token.TokenSettings;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may call. Lists stand in one line, separated by commas; an empty value counts as none.
 *
 * @param mode {@code open} for whoever is on this machine, {@code jwt} for callers with tokens,
 *     {@code platform} for those whom Azure has signed in before they get here
 * @param openAnywhere whether nobody has to sign in even where others than this machine get in
 * @param platform that signs callers in: {@code app-service}, also of Functions, or {@code
 *     container-apps}
 * @param tenants the only ones whose callers may come in; with {@code jwt} any that the issuer
 *     stands for if empty
 * @param scope that a user must have given the program which calls
 * @param role that a program which calls in its own name must have
 */
@ConfigurationProperties("millrace.security")
public record SecuritySettings(
    @Bindable(defaultValue = "open") String mode,
    @Bindable(defaultValue = "false") boolean openAnywhere,
    @Nullable String platform,
    @Nullable String tenants,
    @Nullable String scope,
    @Nullable String role,
    TokenSettings jwt) {

  /** How callers are known. */
  public enum Mode {
    OPEN,
    JWT,
    PLATFORM
  }

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public SecuritySettings {
    mode = mode.isBlank() ? "open" : mode.strip().toLowerCase(Locale.ROOT);
    platform = blankless(platform);
    tenants = blankless(tenants);
    scope = blankless(scope);
    role = blankless(role);
    var faults = new ArrayList<String>();
    switch (mode) {
      case "open" -> {}
      case "jwt" -> {
        faults.addAll(jwt.faults(!parts(tenants).isEmpty()));
        if (scope == null && role == null) {
          faults.add(
              fault(
                  "scope",
                  "or millrace.security.role (MILLRACE_SECURITY_ROLE) must be set: a token alone"
                      + " says who calls, not that they may call this. Name what callers need."));
        }
      }
      case "platform" -> {
        if (platform == null || !Set.of("app-service", "container-apps").contains(platform)) {
          faults.add(
              fault(
                  "platform",
                  "must be app-service or container-apps: whichever signs callers in before they"
                      + " get here. Nobody else may be believed."));
        }
        if (parts(tenants).isEmpty()) {
          faults.add(
              fault("tenants", "must name the tenants whose callers may come in, by their ids."));
        }
      }
      default -> faults.add(fault("mode", "must be open, jwt or platform, not " + mode + "."));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  public Mode how() {
    return Mode.valueOf(mode.toUpperCase(Locale.ROOT));
  }

  /** Whether the platform is App Service, or Functions on it. */
  public boolean onAppService() {
    return "app-service".equals(platform);
  }

  public Rules rules() {
    return new Rules(
        Set.copyOf(parts(tenants)), Optional.ofNullable(scope), Optional.ofNullable(role));
  }

  /** The parts of a list that stands in one line. */
  public static List<String> parts(@Nullable String list) {
    return list == null
        ? List.of()
        : Stream.of(list.split(",")).map(String::strip).filter(part -> !part.isEmpty()).toList();
  }

  public static @Nullable String blankless(@Nullable String text) {
    return text == null || text.isBlank() ? null : text.strip();
  }

  /** One line of what has to be mended: the setting, its variable, and how. */
  public static String fault(String key, String sentence) {
    String full = "millrace.security." + key;
    return "%s (%s) %s"
        .formatted(
            full,
            String.join("_", Arrays.asList(full.toUpperCase(Locale.ROOT).split("[.-]"))),
            sentence);
  }
}
