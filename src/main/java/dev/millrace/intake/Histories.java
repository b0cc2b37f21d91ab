package dev.millrace.intake;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobId;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.ConversationEntry;
import dev.millrace.journal.ConversationLog;
import dev.millrace.journal.Index;
import dev.millrace.journal.Journal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The conversations of an owner: what was said, and how to forget it. A conversation is named by
 * its owner, its agent and the {@code sessionId} of its requests; there is no way to name another
 * owner's. Nothing here creates one: a conversation begins with its first job. Safe for use by many
 * threads and many processes at once.
 */
public final class Histories {
  private final Journal journal;
  private final Index index;
  private final Secret secret;
  private final Release release;

  /** Ends a code session. */
  @FunctionalInterface
  public interface Release {
    /**
     * @param life which life of the conversation it served, as its log names it
     */
    void release(Owner owner, String agent, String sessionId, String life);
  }

  public Histories(Journal journal, Index index, Secret secret, Release release) {
    this.journal = journal;
    this.index = index;
    this.secret = secret;
    this.release = release;
  }

  /**
   * A conversation as a whole.
   *
   * @param createdAt when its first job came
   * @param turns how many turns there have been, also before a reset
   * @param unfinished how many jobs stand in line, the running one included
   * @param head the job whose turn it is; null when nobody waits
   */
  public record Conversation(
      String agent,
      String sessionId,
      Instant createdAt,
      int turns,
      int unfinished,
      @Nullable JobId head) {}

  /**
   * A conversation and what was said since its last reset, the oldest first; each message has its
   * role. A turn that ended early says so; one that was cancelled before it began says nothing.
   *
   * @param next what to ask for as {@code after} to read on; null when this is the end
   */
  public record History(
      Conversation conversation, List<ConversationLog.Said> turns, @Nullable Integer next) {
    public History {
      turns = List.copyOf(turns);
    }
  }

  /**
   * Some of what was said; absent when there is no such conversation.
   *
   * @param after how many of the turns to pass over
   * @param limit how many turns to give at most
   */
  public Optional<History> get(Owner owner, String agent, String sessionId, int after, int limit) {
    var log = journal.conversation(ref(owner, agent, sessionId));
    return described(log, agent)
        .map(
            conversation -> {
              var said = log.said();
              int from = Math.min(after, said.size());
              int to = Math.min(from + limit, said.size());
              return new History(
                  conversation, said.subList(from, to), to < said.size() ? to : null);
            });
  }

  /**
   * Some of an owner's conversations, the one that began last first.
   *
   * @param next the continuation of the following page; null when this is the last
   */
  public record Listing(List<Conversation> conversations, @Nullable String next) {}

  /**
   * A page of them; it may hold fewer than the limit, even none, and yet not be the last.
   *
   * @param continuation the {@link Listing#next} of the page before; null for the first
   */
  public Listing list(Owner owner, @Nullable String continuation, int limit) {
    var page = index.talks(owner, continuation, limit);
    return new Listing(
        page.conversations().stream().flatMap(each -> listed(owner, each).stream()).toList(),
        page.next());
  }

  /**
   * Who lost the race to begin a conversation, or to delete it, left an entry that means nothing.
   */
  private Optional<Conversation> listed(Owner owner, Index.Talks.Talk listed) {
    var log = journal.conversation(listed.conversation());
    if (log.closed()) {
      log.remove();
    }
    var conversation =
        described(log, listed.conversation().agent())
            .filter(found -> found.createdAt().equals(listed.at()));
    if (log.closed() || log.begun().filter(first -> !first.at().equals(listed.at())).isPresent()) {
      index.unlist(owner, listed);
    }
    return conversation;
  }

  private static Optional<Conversation> described(ConversationLog log, String agent) {
    return log.closed()
        ? Optional.empty()
        : log.begun()
            .map(
                first ->
                    new Conversation(
                        agent,
                        first.name(),
                        first.at(),
                        log.turns(),
                        log.inLine(),
                        log.head().orElse(null)));
  }

  /**
   * Later turns see nothing of what was said, and nothing of what the code session holds: they get
   * another one. Jobs in line stay there. One that runs goes on as it began, in the old session;
   * its own turn is the first thing that later ones see. Answers false when there is no such
   * conversation.
   */
  public boolean reset(Owner owner, String agent, String sessionId) {
    var log = journal.conversation(ref(owner, agent, sessionId));
    while (described(log, agent).isPresent()) {
      String life = log.life();
      boolean idle = log.head().isEmpty();
      if (log.append(new ConversationEntry.Reset(owner.name()))) {
        if (idle) {
          release.release(owner, agent, sessionId, life);
        }
        return true;
      }
    }
    return false;
  }

  /** What became of the wish to delete a conversation. */
  public enum Deletion {
    /** Nothing is left of it; its jobs are still there, each to be deleted by itself. */
    DELETED,
    /** A job of it is not over yet: cancel it, or wait for it. */
    BUSY,
    UNKNOWN
  }

  /**
   * Deletes a conversation: what was said, the files of its jobs, the code session.
   *
   * @throws Unavailable when not everything could be done; do it again
   */
  public Deletion delete(Owner owner, String agent, String sessionId) {
    ConversationRef ref = ref(owner, agent, sessionId);
    var log = journal.conversation(ref);
    while (!log.closed()) {
      if (log.begun().isEmpty()) {
        return Deletion.UNKNOWN;
      }
      if (log.head().isPresent()) {
        return Deletion.BUSY;
      }
      log.append(new ConversationEntry.Closed(owner.name())); // refused, and read on: look again
    }
    release.release(owner, agent, sessionId, log.life());
    log.begun().ifPresent(first -> index.unlist(owner, new Index.Talks.Talk(ref, first.at())));
    log.remove();
    return Deletion.DELETED;
  }

  private ConversationRef ref(Owner owner, String agent, String sessionId) {
    return ConversationRef.of(secret, owner, agent, sessionId);
  }
}
