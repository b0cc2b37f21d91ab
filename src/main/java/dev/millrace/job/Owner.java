package dev.millrace.job;

import java.util.regex.Pattern;

/**
 * Whose a job is. Nothing of one tenant is ever visible to another; inside a tenant, nothing of one
 * name to another name.
 */
public record Owner(String tenant, String name) {
  private static final Pattern TENANT =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?");

  public Owner {
    checkTenant(tenant);
    if (name.isBlank() || name.length() > 256) {
      throw new IllegalArgumentException("an owner's name has 1 to 256 characters");
    }
  }

  /** A tenant's name is a part of names in the store. */
  static void checkTenant(String tenant) {
    if (!TENANT.matcher(tenant).matches()) {
      throw new IllegalArgumentException(
          "not a tenant (a letter or digit, then up to 63 letters, digits, '.', '_' or '-', no '.'"
              + " at the end): "
              + tenant);
    }
  }
}
