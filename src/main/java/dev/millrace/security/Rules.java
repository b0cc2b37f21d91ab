package dev.millrace.security;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * What a caller must have beside a name.
 *
 * @param tenants the only ones there are; empty for any
 * @param scope that users give the programs they call with; none where no user may call
 * @param role of programs that call in their own name; none where no program may
 */
public record Rules(Set<String> tenants, Optional<String> scope, Optional<String> role) {
  public Rules {
    tenants = Set.copyOf(tenants);
  }

  public boolean welcomes(String tenant) {
    return tenants.isEmpty() || tenants.contains(tenant);
  }

  public boolean allowsUser(Collection<String> scopes) {
    return scope.filter(scopes::contains).isPresent();
  }

  public boolean allowsProgram(Collection<String> roles) {
    return role.filter(roles::contains).isPresent();
  }
}
