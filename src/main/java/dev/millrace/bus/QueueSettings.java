package dev.millrace.bus;

import dev.millrace.job.Owner;
import io.micronaut.context.annotation.ConfigurationProperties;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The queues that jobs come from, and where their senders may have results sent beside the topic.
 *
 * @param queues one {@code NAME}, {@code NAME:TENANT} or {@code NAME:TENANT:OWNER} for each;
 *     without any there is one, named {@code jobs}
 */
@ConfigurationProperties("millrace")
public record QueueSettings(@Nullable List<String> queues, ReplyTo replyTo) {
  static final String QUEUE = "jobs";
  static final String TENANT = "default";

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public QueueSettings {
    queues = listed(queues);
    var faults = new ArrayList<String>();
    read(queues, faults);
    replyTo.check(faults);
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  /** The queues, each with whom it stands for. */
  public Queues all() {
    return new Queues(read(Objects.requireNonNull(queues), new ArrayList<>()));
  }

  private static List<String> listed(@Nullable List<String> names) {
    return names == null
        ? List.of()
        : names.stream().map(String::strip).filter(name -> !name.isEmpty()).toList();
  }

  private static List<Queues.Queue> read(List<String> entries, List<String> faults) {
    var all = new ArrayList<Queues.Queue>();
    var names = new HashSet<String>();
    for (String entry : entries.isEmpty() ? List.of(QUEUE) : entries) {
      String[] parts = entry.split(":", 3);
      String name = parts[0];
      if (!Queues.NAME.matcher(name).matches()) {
        faults.add(fault(entry, "is no name of a queue. " + Queues.HOW_TO_NAME));
      } else if (!names.add(name.toLowerCase(Locale.ROOT))) {
        faults.add(fault(entry, "is a queue that is named before. Name each once."));
      }
      try {
        var owner =
            new Owner(
                parts.length > 1 ? parts[1] : TENANT,
                parts.length > 2 ? parts[2] : "queue:" + name);
        all.add(new Queues.Queue(name, owner));
      } catch (IllegalArgumentException e) {
        faults.add(fault(entry, "must be like NAME:TENANT:OWNER: " + e.getMessage()));
      }
    }
    return all;
  }

  private static String fault(String entry, String sentence) {
    return "millrace.queues (MILLRACE_QUEUES) holds %s, which %s".formatted(entry, sentence);
  }

  /**
   * The queues and topics that a message may name as its reply-to.
   *
   * @param allow their names; one that ends with {@code *} stands for all that begin so
   */
  @ConfigurationProperties("reply-to")
  public record ReplyTo(@Nullable List<String> allow) {
    public ReplyTo {
      allow = listed(allow);
    }

    /** Those that are allowed by their whole name. */
    public List<String> names() {
      return Objects.requireNonNull(allow).stream().filter(name -> !name.endsWith("*")).toList();
    }

    /** Whether a message may name this entity as its reply-to. */
    public boolean allows(String entity) {
      return Objects.requireNonNull(allow).stream()
          .anyMatch(
              name ->
                  name.endsWith("*")
                      ? entity.regionMatches(true, 0, name, 0, name.length() - 1)
                      : name.equalsIgnoreCase(entity));
    }

    private void check(List<String> faults) {
      for (String name : Objects.requireNonNull(allow)) {
        String stem = name.endsWith("*") ? name.substring(0, name.length() - 1) + "x" : name;
        if (!Queues.NAME.matcher(stem).matches()) {
          faults.add(
              "millrace.reply-to.allow (MILLRACE_REPLY_TO_ALLOW) holds %s, which is no name of a queue or topic. %s"
                  .formatted(name, Queues.HOW_TO_NAME));
        }
      }
    }
  }
}
