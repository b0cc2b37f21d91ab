package dev.millrace.http.legacy;

import dev.millrace.intake.Histories;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Message;
import dev.millrace.job.Owner;
import dev.millrace.job.Usage;
import dev.millrace.journal.ConversationLog.Said;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What was said in a conversation since its last reset, one exchange for each job. */
@Singleton
public final class Talk {
  private final Histories histories;
  private final Journal journal;

  Talk(Histories histories, Journal journal) {
    this.histories = histories;
    this.journal = journal;
  }

  /**
   * A question and what was said to it.
   *
   * @param askedAt when the question came
   */
  public record Exchange(
      JobId job, Instant askedAt, Instant endedAt, List<Message> messages, Usage usage) {
    public Exchange {
      messages = List.copyOf(messages);
    }

    /** In which role it was asked. */
    public String role() {
      return messages.isEmpty()
          ? "user"
          : messages.getFirst().role().name().toLowerCase(Locale.ROOT);
    }

    public String question() {
      return messages.isEmpty() ? "" : messages.getFirst().text();
    }

    /** What the agent has said last; nothing if it was never asked. */
    public String answer() {
      return messages.size() < 2 ? "" : messages.getLast().text();
    }
  }

  /** All exchanges of an ended job's conversation, its own as the last. */
  public List<Exchange> exchanges(JobLog ended) {
    var request = ended.state().request();
    var before = new ArrayList<Exchange>();
    exchanges(ended.state().owner(), request.agent(), String.valueOf(request.sessionId()))
        .ifPresent(before::addAll);
    int own = before.stream().map(Exchange::job).toList().lastIndexOf(ended.job().id());
    if (own < 0) {
      before.add(exchange(ended));
      return before;
    }
    return before.subList(0, own + 1);
  }

  /** All exchanges; absent when there is no such conversation. */
  public Optional<List<Exchange>> exchanges(Owner owner, String agent, String sessionId) {
    return histories
        .get(owner, agent, sessionId, 0, Integer.MAX_VALUE)
        .map(history -> history.turns().stream().map(said -> exchange(owner, said)).toList());
  }

  private Exchange exchange(Owner owner, Said said) {
    JobLog job = journal.job(new JobRef(owner.tenant(), said.job()));
    Instant asked = job.exists() ? job.state().createdAt() : said.at();
    return new Exchange(said.job(), asked, said.at(), said.messages(), said.usage());
  }

  private static Exchange exchange(JobLog job) {
    var messages = new ArrayList<Message>();
    messages.add(job.state().asked());
    messages.addAll(job.state().said());
    return new Exchange(
        job.job().id(),
        job.state().createdAt(),
        job.state().endedAt().orElseThrow(),
        messages,
        job.state().usage());
  }
}
