package dev.millrace.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Json;
import dev.millrace.intake.Histories.Deletion;
import dev.millrace.job.ConversationRef;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Owner;
import dev.millrace.journal.ConversationEntry;
import dev.millrace.journal.ConversationLog;
import dev.millrace.journal.Entries;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Marks;
import dev.millrace.storage.Layout;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HistoriesTest {
  private static final Owner ALICE = Doors.ALICE;
  private static final Owner BOB = new Owner("default", "bob");

  private final Doors doors = new Doors();
  private final List<String> released = new ArrayList<>();
  private final Histories histories =
      new Histories(
          doors.journal,
          doors.index,
          Doors.SECRET,
          (owner, agent, sessionId, life) -> released.add(sessionId + " " + life));

  private JobLog ask(String message, String sessionId) {
    var request = Doors.turn(message, sessionId, JobRequest.WhenBusy.QUEUE);
    var submission = doors.intake.submit(ALICE, request, message, Optional.empty());
    return ((Submission.Accepted) submission).log();
  }

  private void answer(JobLog job) {
    job.append(Entries.claimed(1, false), Entries.answers(1));
    job.append(doors.results.ended(job, Ending.answered("So.")));
    doors.aftermath.finish(job);
  }

  private ConversationLog log(String sessionId) {
    return doors.journal.conversation(ref(sessionId));
  }

  private static ConversationRef ref(String sessionId) {
    return ConversationRef.of(Doors.SECRET, ALICE, "analyst", sessionId);
  }

  private Optional<Histories.History> get(String sessionId) {
    return histories.get(ALICE, "analyst", sessionId, 0, 100);
  }

  private List<String> listed(Owner owner) {
    return histories.list(owner, null, 10).conversations().stream()
        .map(Histories.Conversation::sessionId)
        .toList();
  }

  @Test
  void a_conversation_is_read_turn_by_turn_with_its_roles() {
    answer(ask("one?", "talk"));
    answer(ask("two?", "talk"));
    JobLog third = ask("three?", "talk");

    var all = get("talk").orElseThrow();
    assertThat(all.conversation().turns()).isEqualTo(2);
    assertThat(all.conversation().unfinished()).isEqualTo(1);
    assertThat(all.conversation().head()).isEqualTo(third.job().id());
    assertThat(all.turns().getFirst().messages())
        .extracting(Message::role)
        .containsExactly(Message.Role.USER, Message.Role.ASSISTANT);
    assertThat(all.next()).isNull();

    var first = histories.get(ALICE, "analyst", "talk", 0, 1).orElseThrow();
    assertThat(first.turns()).containsExactly(all.turns().get(0));
    assertThat(histories.get(ALICE, "analyst", "talk", first.next(), 1).orElseThrow().turns())
        .containsExactly(all.turns().get(1));
    assertThat(histories.get(ALICE, "analyst", "talk", 7, 1).orElseThrow().turns()).isEmpty();
  }

  @Test
  void the_latest_conversation_is_listed_first_and_all_of_them_once() {
    for (int i = 1; i <= 5; i++) {
      ask("?", "talk " + i);
      doors.clock.advance(Duration.ofSeconds(1));
    }
    answer(ask("?", "talk 1"));

    var found = new ArrayList<String>();
    String next = null;
    do {
      var page = histories.list(ALICE, next, 2);
      page.conversations().forEach(each -> found.add(each.sessionId()));
      next = page.next();
    } while (next != null);

    assertThat(found).containsExactly("talk 5", "talk 4", "talk 3", "talk 2", "talk 1");
  }

  @Test
  void nobody_sees_resets_or_deletes_what_is_another_s() {
    answer(ask("secret", "talk"));

    assertThat(listed(BOB)).isEmpty();
    assertThat(histories.get(BOB, "analyst", "talk", 0, 9)).isEmpty();
    assertThat(histories.reset(BOB, "analyst", "talk")).isFalse();
    assertThat(histories.delete(BOB, "analyst", "talk")).isEqualTo(Deletion.UNKNOWN);
    assertThat(get("talk").orElseThrow().turns()).hasSize(1);
  }

  @Test
  void asking_for_what_is_not_there_leaves_nothing_behind() {
    assertThat(get("talk")).isEmpty();
    assertThat(histories.reset(ALICE, "analyst", "talk")).isFalse();
    assertThat(histories.delete(ALICE, "analyst", "talk")).isEqualTo(Deletion.UNKNOWN);
    assertThat(listed(ALICE)).isEmpty();

    assertThat(doors.storage.names()).isEmpty();
  }

  @Test
  void after_a_reset_nothing_was_said_and_the_code_session_is_another_one() {
    answer(ask("one?", "talk"));
    String before = log("talk").past().life();

    assertThat(histories.reset(ALICE, "analyst", "talk")).isTrue();

    assertThat(get("talk").orElseThrow().turns()).isEmpty();
    assertThat(released).containsExactly("talk " + before);
    assertThat(log("talk").past().messages()).isEmpty();
    assertThat(log("talk").past().life()).isNotEqualTo(before);
    answer(ask("two?", "talk"));
    assertThat(get("talk").orElseThrow().turns()).hasSize(1);
  }

  /** Its session is not taken away under its hands; later turns do not come to it any more. */
  @Test
  void a_turn_that_runs_while_all_is_reset_goes_on_in_the_old_session() {
    answer(ask("one?", "talk"));
    JobLog running = ask("two?", "talk");
    running.append(Entries.claimed(1, false));
    String before = log("talk").past().life();

    histories.reset(ALICE, "analyst", "talk");

    assertThat(released).isEmpty();
    assertThat(log("talk").head()).contains(running.job().id());
    running.append(Entries.answers(1));
    running.append(doors.results.ended(running, Ending.answered("So.")));
    doors.aftermath.finish(running);
    var past = log("talk").past();
    assertThat(past.jobs()).containsExactly(running.job().id());
    assertThat(past.life()).isNotEqualTo(before);
  }

  @Test
  void a_conversation_is_deleted_with_its_files_between_its_turns_only() {
    JobLog first = ask("one?", "talk");
    String file = Layout.file(Layout.conversation(ref("talk"), 0), "a".repeat(64));
    doors.storage.putIfAbsent(file, InputStream.nullInputStream(), 0);

    assertThat(histories.delete(ALICE, "analyst", "talk")).isEqualTo(Deletion.BUSY);
    answer(first);
    assertThat(get("talk").orElseThrow().turns()).hasSize(1);

    String life = log("talk").life();
    assertThat(histories.delete(ALICE, "analyst", "talk")).isEqualTo(Deletion.DELETED);
    assertThat(released).containsExactly("talk " + life);
    assertThat(get("talk")).isEmpty();
    assertThat(listed(ALICE)).isEmpty();
    assertThat(doors.storage.names())
        .noneMatch(name -> name.startsWith("talks/"))
        .filteredOn(name -> name.startsWith("conversations/"))
        .containsExactly(Layout.grave(ref("talk"), 0));
    assertThat(histories.delete(ALICE, "analyst", "talk")).isEqualTo(Deletion.UNKNOWN);
  }

  @Test
  void the_same_name_after_a_deletion_is_another_conversation() {
    answer(ask("one?", "talk"));
    String before = log("talk").life();
    histories.delete(ALICE, "analyst", "talk");
    doors.clock.advance(Duration.ofSeconds(1));

    answer(ask("two?", "talk"));

    assertThat(get("talk").orElseThrow().turns()).hasSize(1);
    assertThat(log("talk").life()).isNotEqualTo(before);
    assertThat(listed(ALICE)).containsExactly("talk");
  }

  /** Who deletes may die on the way: whoever comes next goes on. */
  @Test
  void a_deletion_that_was_cut_short_is_finished_by_whoever_comes_next() {
    for (String name : List.of("asked", "deleted", "listed")) {
      answer(ask("one?", name));
      log(name).append(new ConversationEntry.Closed("alice"));
      assertThat(get(name)).isEmpty();
      assertThat(histories.reset(ALICE, "analyst", name)).isFalse();
    }
    doors.clock.advance(Duration.ofSeconds(1));

    answer(ask("two?", "asked"));
    assertThat(get("asked").orElseThrow().turns()).hasSize(1);
    assertThat(histories.delete(ALICE, "analyst", "deleted")).isEqualTo(Deletion.DELETED);

    assertThat(listed(ALICE)).containsExactly("asked");
    assertThat(listed(ALICE)).containsExactly("asked");
    assertThat(doors.storage.names())
        .filteredOn(name -> name.startsWith("conversations/") && !name.contains("~gone/"))
        .containsExactly(Layout.log(Layout.conversation(ref("asked"), 1)));
    assertThat(doors.storage.names()).filteredOn(name -> name.startsWith("talks/")).hasSize(1);
  }

  @Test
  void so_is_one_that_was_cut_short_behind_its_mark() {
    for (String name : List.of("asked", "deleted", "read")) {
      answer(ask("one?", name));
      log(name).append(new ConversationEntry.Closed("alice"));
      doors.storage.putIfAbsent(Layout.grave(ref(name), 0), InputStream.nullInputStream(), 0);
    }

    answer(ask("two?", "asked"));
    assertThat(get("asked").orElseThrow().turns()).hasSize(1);
    assertThat(histories.delete(ALICE, "analyst", "deleted")).isEqualTo(Deletion.UNKNOWN);
    assertThat(get("read")).isEmpty();

    assertThat(doors.storage.names())
        .filteredOn(name -> name.startsWith("conversations/") && !name.contains("~gone/"))
        .containsExactly(Layout.log(Layout.conversation(ref("asked"), 1)));
  }

  /** Two begin it at once; only one of their entries means something. */
  @Test
  void who_lost_the_race_to_begin_is_not_listed() {
    answer(ask("one?", "talk"));
    doors.index.beginning(ALICE, ref("talk"), doors.clock.instant().plusMillis(5));

    assertThat(listed(ALICE)).containsExactly("talk");
    assertThat(doors.storage.names()).filteredOn(name -> name.startsWith("talks/")).hasSize(1);
  }

  @Test
  void a_job_that_gets_in_line_first_keeps_the_conversation() {
    answer(ask("one?", "talk"));
    var log = log("talk");
    ask("two?", "talk");

    assertThat(log.append(new ConversationEntry.Closed("alice"))).isFalse();
    assertThat(histories.delete(ALICE, "analyst", "talk")).isEqualTo(Deletion.BUSY);
    assertThat(log("talk").unfinished(new JobId("nobody"))).isFalse();
  }

  /** Between the look at who is in line and what follows from it, somebody gets in line. */
  @Test
  void a_job_that_gets_in_line_while_all_is_deleted_keeps_it_too() {
    answer(ask("one?", "talk"));
    var late = inTheMeantime(() -> ask("two?", "talk"));

    assertThat(late.delete(ALICE, "analyst", "talk")).isEqualTo(Deletion.BUSY);

    assertThat(released).isEmpty();
    assertThat(get("talk").orElseThrow().turns()).hasSize(1);
    assertThat(get("talk").orElseThrow().conversation().unfinished()).isEqualTo(1);
  }

  @Test
  void a_job_that_gets_in_line_while_all_is_reset_keeps_its_session() {
    answer(ask("one?", "talk"));
    var late = inTheMeantime(() -> ask("two?", "talk"));

    assertThat(late.reset(ALICE, "analyst", "talk")).isTrue();

    assertThat(released).isEmpty();
    assertThat(get("talk").orElseThrow().turns()).isEmpty();
    assertThat(get("talk").orElseThrow().conversation().unfinished()).isEqualTo(1);
  }

  /** Histories of a process that is overtaken just before it first writes. */
  private Histories inTheMeantime(Runnable event) {
    var slow = Overtaken.whenWriting(doors.storage, event);
    return new Histories(
        new Journal(slow, Json.MAPPER, doors.clock, new Marks("s")),
        doors.index,
        Doors.SECRET,
        (owner, agent, sessionId, life) -> released.add(sessionId + " " + life));
  }
}
