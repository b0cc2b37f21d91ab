package dev.millrace.storage;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import java.time.Instant;

/** What is kept under which name. Whatever has an owner lies under the owner's folder. */
public final class Layout {
  public static final String OPEN = "open/";

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

  /** The job that an entry under {@link #OPEN} stands for. */
  public static JobRef opened(String name) {
    int slash = name.indexOf('/', OPEN.length());
    return new JobRef(name.substring(OPEN.length(), slash), new JobId(name.substring(slash + 1)));
  }

  public static String recent(JobRef job, Instant createdAt) {
    return "recent/%s/%013d-%s"
        .formatted(job.tenant(), END_OF_TIME - createdAt.toEpochMilli(), job.id());
  }
}
