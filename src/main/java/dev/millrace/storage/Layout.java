package dev.millrace.storage;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** What is kept under which name. Whatever has an owner lies under the owner's folder. */
public final class Layout {
  public static final String OPEN = "open/";
  private static final String RECENT = "recent/";

  /** Later than any job; reverse times count down from here, so that names sort newest first. */
  private static final long END_OF_TIME = 9_999_999_999_999L;

  private Layout() {}

  public static String job(JobRef job) {
    return "jobs/" + job.tenant() + "/" + job.id() + "/";
  }

  public static String conversation(ConversationRef conversation) {
    return "conversations/"
        + conversation.tenant()
        + "/"
        + Names.segment(conversation.agent())
        + "/"
        + conversation.key()
        + "/";
  }

  public static String log(String owner) {
    return owner + "log";
  }

  /** What is said while a job works, beside its log. */
  public static String live(String owner) {
    return owner + "live";
  }

  public static String file(String owner, String sha256) {
    return owner + "files/" + sha256;
  }

  public static String upload(String tenant, String uploadId) {
    return "uploads/" + tenant + "/" + Names.segment(uploadId);
  }

  public static String gone(JobRef job) {
    return "gone/" + job.tenant() + "/" + job.id();
  }

  public static String open(JobRef job) {
    return OPEN + job.tenant() + "/" + job.id();
  }

  /** The secret of the installation, where it is kept with the data. */
  public static String secret() {
    return "secret";
  }

  /** A log that a try of the storage makes and deletes. */
  public static String demo(String run) {
    return "demo/" + Names.segment(run) + "/log";
  }

  /** The job that an entry under {@link #OPEN} stands for; absent for what is none of ours. */
  public static Optional<JobRef> opened(String name) {
    String[] parts = name.split("/", -1);
    try {
      return parts.length == 3
          ? Optional.of(new JobRef(parts[1], new JobId(parts[2])))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A job as the listing of its tenant names it: which, and when it came. */
  public record Recent(JobRef job, Instant createdAt) {}

  /** The job that an entry of a listing stands for; absent for what is none of ours. */
  public static Optional<Recent> listed(String name) {
    String[] parts = name.split("/", -1);
    try {
      int dash = parts[2].indexOf('-');
      long reverse = Long.parseLong(parts[2].substring(0, dash));
      return Optional.of(
          new Recent(
              new JobRef(parts[1], new JobId(parts[2].substring(dash + 1))),
              Instant.ofEpochMilli(END_OF_TIME - reverse)));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** Where the listing of a tenant lies. */
  public static String recent(String tenant) {
    return RECENT + tenant + "/";
  }

  public static String recent(JobRef job, Instant createdAt) {
    return String.format(
        Locale.ROOT, // some languages have digits of their own
        "%s%013d-%s",
        recent(job.tenant()),
        END_OF_TIME - createdAt.toEpochMilli(),
        job.id());
  }
}
