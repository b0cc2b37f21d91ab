package dev.millrace.security;

import dev.millrace.job.Owner;

/** Nobody signs in: whoever can reach this server is the one owner of everything. */
public final class OpenSignIn implements SignIn {
  private static final Admission LOCAL =
      new Admission.Admitted(new Caller(new Owner("default", "local"), true));

  @Override
  public Admission admit(Headers headers) {
    return LOCAL;
  }
}
