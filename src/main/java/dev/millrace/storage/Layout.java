package dev.millrace.storage;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Owner;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** What is kept under which name. Whatever has an owner lies under the owner's folder. */
public final class Layout {
  public static final String OPEN = "open/";
  public static final String UPLOADS = "uploads/";
  private static final String RECENT = "recent/";

  /** Later than any job; reverse times count down from here, so that names sort newest first. */
  private static final long END_OF_TIME = 9_999_999_999_999L;

  private static final DateTimeFormatter REJECTED_AT =
      DateTimeFormatter.ofPattern("yyyyMMdd.HHmmss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Layout() {}

  public static String job(JobRef job) {
    return "jobs/" + job.tenant() + "/" + job.id() + "/";
  }

  /**
   * @param generation how often a conversation of this name was deleted before: each has a place of
   *     its own, so that whoever is late at one of them finds nothing of another
   */
  public static String conversation(ConversationRef conversation, int generation) {
    return place(conversation) + (generation == 0 ? "/" : "~" + generation + "/");
  }

  private static String place(ConversationRef conversation) {
    return "conversations/"
        + conversation.tenant()
        + "/"
        + Names.segment(conversation.agent())
        + "/"
        + conversation.key();
  }

  /** What is left of the deleted conversations of one name, the last one first. */
  public static String graves(ConversationRef conversation) {
    return place(conversation) + "~gone/";
  }

  /** Says that a conversation was deleted; empty. */
  public static String grave(ConversationRef conversation, int generation) {
    return graves(conversation)
        + String.format(Locale.ROOT, "%010d", Integer.MAX_VALUE - generation);
  }

  /** The conversation whose deletion an entry under {@link #graves} tells of. */
  public static int buried(String grave) {
    return Integer.MAX_VALUE - Integer.parseInt(grave.substring(grave.lastIndexOf('/') + 1));
  }

  public static String log(String owner) {
    return owner + "log";
  }

  /** What is said while a job works, beside its log. */
  public static String live(String owner) {
    return owner + "live";
  }

  public static String files(String owner) {
    return owner + "files/";
  }

  public static String file(String owner, String sha256) {
    return files(owner) + sha256;
  }

  /** The tokens that the owner of a job lends its tools, each sealed and under its scopes. */
  public static String delegations(JobRef job) {
    return job(job) + "delegations/";
  }

  /** Where a file lies that was sent ahead: alone in a folder, under its hash. */
  public static String upload(String tenant, String uploadId) {
    return UPLOADS + tenant + "/" + Names.segment(uploadId) + "/";
  }

  public static String gone(JobRef job) {
    return "gone/" + job.tenant() + "/" + job.id();
  }

  public static String open(JobRef job) {
    return OPEN + job.tenant() + "/" + job.id();
  }

  /** A message that nobody can read, where it could not be set aside in the broker. */
  public static String rejected(String entity, Instant at, String messageId) {
    return "rejected/%s/%s-%s"
        .formatted(Names.segment(entity), REJECTED_AT.format(at), Names.segment(messageId));
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
      return Optional.of(
          new Recent(
              new JobRef(parts[1], new JobId(parts[2].substring(dash + 1))),
              time(parts[2].substring(0, dash))));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** Where the conversations of an owner are listed, newest first. */
  public static String talks(Owner owner) {
    return "talks/" + owner.tenant() + "/" + Names.segment(owner.name()) + "/";
  }

  public static String talk(Owner owner, String key, Instant at) {
    return talks(owner) + reverse(at) + "-" + key;
  }

  /** A conversation as the listing names it: its key, and when it began. */
  public record Talk(String key, Instant at) {}

  /** The conversation that an entry of a listing stands for; absent for what is none of ours. */
  public static Optional<Talk> talk(String name) {
    try {
      String last = name.substring(name.lastIndexOf('/') + 1);
      int dash = last.indexOf('-');
      return Optional.of(new Talk(last.substring(dash + 1), time(last.substring(0, dash))));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** Where the listing of a tenant lies. */
  public static String recent(String tenant) {
    return RECENT + tenant + "/";
  }

  public static String recent(JobRef job, Instant createdAt) {
    return recent(job.tenant()) + reverse(createdAt) + "-" + job.id();
  }

  /** Thirteen digits, less for a later time. */
  private static String reverse(Instant time) {
    // some languages have digits of their own
    return String.format(Locale.ROOT, "%013d", END_OF_TIME - time.toEpochMilli());
  }

  private static Instant time(String reverse) {
    return Instant.ofEpochMilli(END_OF_TIME - Long.parseLong(reverse));
  }
}
