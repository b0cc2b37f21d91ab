package dev.millrace.tool;

import dev.millrace.job.JobRef;
import dev.millrace.job.Owner;
import java.util.Set;

/** What the owner of a job lets its tools do elsewhere, in the owner's name. */
@FunctionalInterface
public interface Delegation {
  Delegation NONE =
      (job, owner, scopes) -> {
        throw new NotDelegated("Nothing here acts for anybody.");
      };

  /**
   * A token of the owner's for these scopes. It belongs in one request to whom they are of, and
   * nowhere else: in no answer, no log and no code.
   *
   * @throws Expired when there is one that holds no more
   * @throws NotDelegated when there is none
   * @throws dev.millrace.job.Unavailable when it cannot be had now
   */
  String token(JobRef job, Owner owner, Set<String> scopes);

  /** The owner has lent nothing that would do; the message is for the owner. */
  class NotDelegated extends RuntimeException {
    private static final long serialVersionUID = 1;

    public NotDelegated(String message) {
      super(message, null, false, false);
    }
  }

  /** The owner has lent it, and the job has outlived it. */
  final class Expired extends NotDelegated {
    private static final long serialVersionUID = 1;

    public Expired(String message) {
      super(message);
    }
  }
}
