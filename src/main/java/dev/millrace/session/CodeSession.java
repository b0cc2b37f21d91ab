package dev.millrace.session;

import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One place where code runs, one execution at a time, beside its files below {@code /mnt/data}.
 * Every method may throw {@link dev.millrace.job.Unavailable}: the pool has no room, or cannot be
 * reached. An interrupt ends a call early, with that exception and the thread's flag set.
 *
 * @see SessionPool
 */
public interface CodeSession {
  /** When the session came into being; absent when it does not exist now, or nobody can say. */
  Optional<Instant> createdAt();

  /** {@link #run(String, String, Duration, LiveOutput)} with nobody watching. */
  default Execution run(String executionId, String code, Duration limit) {
    return run(executionId, code, limit, LiveOutput.UNWATCHED);
  }

  /**
   * Runs code. What the code did wrong is in the answer, not thrown. An interrupt stops the code as
   * well as the call. A session that was lost is built again first, see {@link Past}.
   *
   * @param executionId names this execution from now on; naming one that the session knows answers
   *     that one's outcome and runs nothing
   * @param limit after which the code is stopped; a pool may have a lower one of its own
   * @param live is told what the code prints while it runs, where the pool offers that
   * @throws dev.millrace.job.Unavailable also while the code may be running all the same
   */
  Execution run(String executionId, String code, Duration limit, LiveOutput live);

  /**
   * The outcome of an execution begun earlier, waiting for it if it still runs. Absent when the
   * session does not know it.
   *
   * @param announced when that execution was about to begin; a session younger than that is not the
   *     one it began in
   * @throws dev.millrace.job.Unavailable also when it cannot be told whether it is known
   */
  Optional<Execution> find(String executionId, Instant announced);

  /**
   * Puts a file there, in place of one of that name.
   *
   * @param path below {@code /mnt/data}, with slashes
   * @throws IllegalArgumentException when the pool does not take a file of this name or size
   */
  void put(String path, Content content);

  /** Every file there is. */
  Listing files();

  /** The bytes of a file, as they arrive; absent when there is no such file. To be closed. */
  Optional<InputStream> open(String path);

  /** Ends the session. Nothing happens when there is none. */
  void release();
}
