package dev.millrace.intake;

import dev.millrace.bus.ResultTopic;
import dev.millrace.bus.ResultTopic.Publication;
import dev.millrace.job.JobRef;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Entry.Published.Outcome;
import dev.millrace.journal.Index;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.JobState;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is left to do once a job has ended: publish, the turn, the code session, the next in line.
 * Whoever meets an ended job does it; doing it twice changes nothing.
 */
public final class Aftermath {
  private static final Logger log = LoggerFactory.getLogger(Aftermath.class);
  private static final Duration PATIENCE_WITH_TARGETS = Duration.ofHours(24);

  private final Index index;
  private final ResultTopic topic;
  private final Results results;
  private final Conversations conversations;
  private final Release release;
  private final InstantSource clock;
  private final Pointers pointers;

  /** Ends the code session of a job that has no conversation. */
  @FunctionalInterface
  public interface Release {
    void release(JobRef job, JobState state);
  }

  public Aftermath(
      Index index,
      ResultTopic topic,
      Results results,
      Conversations conversations,
      Release release,
      Pointers pointers,
      InstantSource clock) {
    this.index = index;
    this.topic = topic;
    this.results = results;
    this.conversations = conversations;
    this.release = release;
    this.clock = clock;
    this.pointers = pointers;
  }

  /**
   * Does what is left. A target that does not take the result holds up nothing else; the job then
   * stays open for the sweeper.
   *
   * @throws dev.millrace.job.Unavailable when something could not be done now; do it all again
   */
  public void finish(JobLog ended) {
    for (Entry.Outbox out : ended.state().unpublished()) {
      publish(ended, out);
    }
    var head = conversations.turn(ended);
    if (ended.state().conversation().isEmpty()) {
      release.release(ended.job(), ended.state());
    }
    head.ifPresent(next -> pointers.wake(ended, next));
    if (ended.state().unpublished().isEmpty()) {
      index.closed(ended.job());
    }
  }

  private void publish(JobLog ended, Entry.Outbox out) {
    var message = results.message(ended.job(), ended.state(), out);
    switch (topic.publish(out.target(), message)) {
      case Publication.Accepted() ->
          ended.record(new Entry.Published(out.messageId(), out.target(), Outcome.PUBLISHED));
      case Publication.Impossible(String why) -> {
        boolean patient =
            clock
                .instant()
                .isBefore(ended.state().endedAt().orElseThrow().plus(PATIENCE_WITH_TARGETS));
        log.atWarn()
            .addKeyValue("job", ended.job())
            .addKeyValue("target", out.target())
            .addKeyValue("why", why)
            .log(patient ? "result not delivered; tried again later" : "result undeliverable");
        if (!patient) {
          ended.record(new Entry.Published(out.messageId(), out.target(), Outcome.UNDELIVERABLE));
        }
      }
    }
  }
}
