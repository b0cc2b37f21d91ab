package dev.millrace.journal;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobRef;
import dev.millrace.job.Owner;
import dev.millrace.job.Unavailable;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known beside the logs: which jobs are open, new or gone, and who talks with whom. */
public final class Index {
  private static final int PAGE = 500;

  private final Storage storage;

  public Index(Storage storage) {
    this.storage = storage;
  }

  /** Notes that a job is about to exist, before it does. */
  public void opening(JobRef job, Instant now) {
    put(Layout.open(job));
    put(Layout.recent(job, now));
  }

  private void put(String name) {
    storage.putIfAbsent(name, InputStream.nullInputStream(), 0);
  }

  /** Whether something may be left to be done for a job. */
  public boolean isOpen(JobRef job) {
    return storage.stat(Layout.open(job)).isPresent();
  }

  /** Notes that nothing is left to be done for a job. */
  public void closed(JobRef job) {
    storage.delete(Layout.open(job));
  }

  /** Whether a job was deleted after its end. */
  public boolean gone(JobRef job) {
    return storage.stat(Layout.gone(job)).isPresent();
  }

  /** Keeps what became of a job that is about to be deleted; the first to say so is believed. */
  public void going(JobRef job, byte[] outcome) {
    storage.putIfAbsent(Layout.gone(job), new ByteArrayInputStream(outcome), outcome.length);
  }

  /** What became of a job that was deleted after its end. */
  public Optional<byte[]> outcome(JobRef job) {
    return read(Layout.gone(job));
  }

  private Optional<byte[]> read(String name) {
    try (InputStream kept = storage.open(name, 0, Long.MAX_VALUE).orElse(null)) {
      return kept == null ? Optional.empty() : Optional.of(kept.readAllBytes());
    } catch (IOException e) {
      throw new Unavailable("reading " + name + " was cut short", e);
    }
  }

  /**
   * Some of the jobs of a tenant, newest first. A job may be there that does not exist.
   *
   * @param next the continuation of the following page; null when this is the last
   */
  public record Recent(List<Listed> jobs, @Nullable String next) {
    /** One job, and when it came. */
    public record Listed(JobRef job, Instant createdAt) {}
  }

  public Recent recent(String tenant, @Nullable String continuation, int limit) {
    var page = storage.list(Layout.recent(tenant), continuation, limit);
    return new Recent(
        page.entries().stream()
            .flatMap(stat -> Layout.listed(stat.name()).stream())
            .map(listed -> new Recent.Listed(listed.job(), listed.createdAt()))
            .toList(),
        page.next());
  }

  /** Takes a job that does not exist out of the listing. */
  public void unlist(Recent.Listed job) {
    storage.delete(Layout.recent(job.job(), job.createdAt()));
  }

  /** Notes that a conversation is about to begin, before it does. */
  public void beginning(Owner owner, ConversationRef conversation, Instant at) {
    byte[] agent = conversation.agent().getBytes(StandardCharsets.UTF_8);
    storage.putIfAbsent(
        Layout.talk(owner, conversation.key(), at), new ByteArrayInputStream(agent), agent.length);
  }

  /**
   * Some of the conversations of an owner, newest first. One may be there that does not exist.
   *
   * @param next the continuation of the following page; null when this is the last
   */
  public record Talks(List<Talk> conversations, @Nullable String next) {
    /** One conversation, and when it began. */
    public record Talk(ConversationRef conversation, Instant at) {}
  }

  public Talks talks(Owner owner, @Nullable String continuation, int limit) {
    var page = storage.list(Layout.talks(owner), continuation, limit);
    return new Talks(
        page.entries().stream().flatMap(stat -> talk(owner, stat.name()).stream()).toList(),
        page.next());
  }

  private Optional<Talks.Talk> talk(Owner owner, String name) {
    return Layout.talk(name)
        .flatMap(
            talk ->
                read(name)
                    .map(agent -> new String(agent, StandardCharsets.UTF_8))
                    .map(agent -> new ConversationRef(owner.tenant(), agent, talk.key()))
                    .map(conversation -> new Talks.Talk(conversation, talk.at())));
  }

  /** Takes a conversation that does not exist out of the listing. */
  public void unlist(Owner owner, Talks.Talk talk) {
    storage.delete(Layout.talk(owner, talk.conversation().key(), talk.at()));
  }

  /**
   * Some of the open jobs.
   *
   * @param next the continuation of the following page; null when this is the last
   */
  public record Open(List<Entry> jobs, @Nullable String next) {
    /** One open job, and since when by the store's clock. */
    public record Entry(JobRef job, Duration age) {}
  }

  public Open open(@Nullable String continuation) {
    var page = storage.list(Layout.OPEN, continuation, PAGE);
    return new Open(
        page.entries().stream()
            .flatMap(
                stat ->
                    Layout.opened(stat.name()).stream()
                        .map(
                            job ->
                                new Open.Entry(
                                    job, Duration.between(stat.modified(), page.asOf()))))
            .toList(),
        page.next());
  }
}
