package dev.millrace.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Json;
import dev.millrace.artifact.Folder;
import dev.millrace.job.ConversationRef;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Origin;
import dev.millrace.job.StopReason;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.ConversationLog;
import dev.millrace.journal.Entries;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Index;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Marks;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Who stands still while a conversation is deleted, and another begun under its name, finds nothing
 * of the new one when he goes on: at whatever point he stood.
 */
class LateComersTest {
  private static final ConversationRef TALK =
      ConversationRef.of(Doors.SECRET, Doors.ALICE, "analyst", "talk");

  private Doors doors = new Doors();

  private JobLog ask(String message) {
    doors.clock.advance(Duration.ofMillis(1));
    var request = Doors.turn(message, "talk", JobRequest.WhenBusy.QUEUE);
    var submission = doors.intake.submit(Doors.ALICE, request, message, Optional.empty());
    return ((Submission.Accepted) submission).log();
  }

  private void answer(JobLog job) {
    job.append(Entries.claimed(1, false), Entries.answers(1));
    var folder = Folder.of(TALK, log().past().generation());
    byte[] plot = "a plot".getBytes(StandardCharsets.UTF_8);
    doors.artifacts.keep(folder, new ByteArrayInputStream(plot));
    job.append(doors.results.ended(job, Ending.answered("So.")));
    doors.aftermath.finish(job);
  }

  private ConversationLog log() {
    return doors.journal.conversation(TALK);
  }

  private Histories histories(Storage storage) {
    var journal = new Journal(storage, Json.MAPPER, doors.clock, new Marks("h"));
    return new Histories(
        journal, new Index(storage), Doors.SECRET, (owner, agent, name, life) -> {});
  }

  private Histories.Deletion delete(Storage storage) {
    return histories(storage).delete(Doors.ALICE, "analyst", "talk");
  }

  private void enlist(Storage storage, JobLog job) {
    var journal = new Journal(storage, Json.MAPPER, doors.clock, new Marks("e"));
    new Conversations(journal, new Index(storage), doors.results, doors.clock)
        .enlist(journal.job(job.job()));
  }

  /** Does something in a world of its own, overtaken at each of its points in turn. */
  private int atEveryPoint(Runnable before, Runnable meanwhile, Consumer<Storage> late) {
    var overtaken = new AtomicBoolean();
    int point = 0;
    do {
      overtaken.set(false);
      doors = new Doors();
      before.run();
      Runnable others =
          () -> {
            overtaken.set(true);
            meanwhile.run();
          };
      late.accept(Overtaken.after(point++, doors.storage, others));
    } while (overtaken.get());
    return point;
  }

  private List<String> kept() {
    return doors.storage.names().stream()
        .filter(name -> name.startsWith("conversations/"))
        .filter(name -> !name.startsWith(Layout.graves(TALK)))
        .toList();
  }

  @Test
  void who_deletes_late_takes_nothing_of_what_was_begun_anew() {
    int points =
        atEveryPoint(
            () -> answer(ask("one?")),
            () -> {
              delete(doors.storage);
              answer(ask("two?"));
              ask("three?");
            },
            late -> {
              try {
                delete(late);
              } catch (Unavailable again) {
                return; // its conversation was gone already
              } finally {
                anewAndWhole();
              }
            });

    assertThat(points).isGreaterThan(5);
  }

  private void anewAndWhole() {
    if (log().lives()) {
      var history =
          histories(doors.storage).get(Doors.ALICE, "analyst", "talk", 0, 9).orElseThrow();
      assertThat(history.turns()).hasSize(1);
      assertThat(history.turns().getFirst().messages().getFirst().text()).isEqualTo("two?");
      assertThat(history.conversation().unfinished()).isEqualTo(1);
      assertThat(histories(doors.storage).list(Doors.ALICE, null, 9).conversations()).hasSize(1);
      assertThat(kept()).hasSize(2).allMatch(name -> name.contains("~1/"));
    } else {
      assertThat(kept()).as("nobody was in between").isEmpty();
    }
  }

  @Test
  void who_begins_late_brings_nothing_back_and_gets_a_place_in_the_new_one() {
    int points =
        atEveryPoint(
            () -> {},
            () -> {
              answer(ask("one?"));
              delete(doors.storage);
              answer(ask("two?"));
            },
            late -> {
              JobLog job = notInLine();
              try {
                enlist(late, job);
              } catch (Unavailable again) {
                enlist(doors.storage, job);
              }
              assertThat(log().unfinished(job.job().id())).isTrue();
              answer(doors.journal.job(job.job()));
              assertThat(kept()).hasSize(2);
              assertThat(log().turns()).isEqualTo(log().past().generation() + 1);
            });

    assertThat(points).isGreaterThan(5);
  }

  /** A job whose door died before it got in line. */
  private JobLog notInLine() {
    JobLog job = doors.journal.create(new JobRef("default", new JobId("late")));
    var plain = Entries.submitted(Origin.HTTP, TALK.key());
    job.append(
        new Entry.Submitted(
            Doors.turn("late?", "talk", JobRequest.WhenBusy.QUEUE),
            plain.requestHash(),
            plain.tenant(),
            plain.owner(),
            plain.conversation(),
            plain.deadline(),
            plain.origin(),
            plain.warnings()));
    return job;
  }

  /** As often as whoever meets the jobs does it. */
  @Test
  void what_is_left_after_an_end_brings_no_conversation_back() {
    JobLog answered = ask("one?");
    JobLog canceled = ask("two?");
    canceled.append(doors.results.ended(canceled, Ending.cutShort(StopReason.CANCELED, "")));
    doors.aftermath.finish(canceled);
    answer(answered);
    delete(doors.storage);

    doors.aftermath.finish(answered);
    doors.aftermath.finish(canceled);

    assertThat(kept()).isEmpty();
    assertThat(log().lives()).isFalse();
  }
}
