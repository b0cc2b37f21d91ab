package dev.millrace.security;

import dev.millrace.job.Owner;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who calls.
 *
 * @param owner whose the caller's jobs are
 * @param wholeTenant whether everything in the tenant is the caller's, as where nobody signs in
 * @param token that the caller signed in with, where something else may be signed in to with it
 * @param shown what people call the caller; it may change, and says nothing of whose a job is
 */
public record Caller(
    Owner owner, boolean wholeTenant, @Nullable String token, @Nullable String shown) {
  public Caller(Owner owner, boolean wholeTenant, @Nullable String token) {
    this(owner, wholeTenant, token, null);
  }

  public Caller(Owner owner, boolean wholeTenant) {
    this(owner, wholeTenant, null);
  }

  /** What would begin a line of its own in a log, or cannot be seen there. */
  private static final Pattern UNSEEN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

  /** The owner of these names, if they can be names. */
  public static Optional<Owner> owner(Optional<String> tenant, Optional<String> name) {
    Optional<String> seen = name.filter(who -> !UNSEEN.matcher(who).find());
    try {
      return tenant.flatMap(of -> seen.map(who -> new Owner(of, who)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  public String tenant() {
    return owner.tenant();
  }

  /** What people call the caller, if whoever signed the caller in says so. */
  public Optional<String> called() {
    return Optional.ofNullable(shown);
  }

  public Optional<String> assertion() {
    return Optional.ofNullable(token);
  }

  public boolean mayUse(Owner other) {
    return wholeTenant ? other.tenant().equals(owner.tenant()) : other.equals(owner);
  }

  /** Never the token. */
  @Override
  public String toString() {
    return owner.tenant() + "/" + owner.name();
  }
}
