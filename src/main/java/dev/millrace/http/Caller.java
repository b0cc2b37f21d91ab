package dev.millrace.http;

import dev.millrace.job.Owner;

/**
 * Who calls.
 *
 * @param owner whose the caller's jobs are
 * @param wholeTenant whether everything in the tenant is the caller's, as where nobody signs in
 */
public record Caller(Owner owner, boolean wholeTenant) {
  String tenant() {
    return owner.tenant();
  }

  boolean mayUse(Owner other) {
    return wholeTenant ? other.tenant().equals(owner.tenant()) : other.equals(owner);
  }
}
