package dev.millrace.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.storage.MemoryStorage;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClaimTest {
  private static final JobRef JOB = new JobRef("default", new JobId("j1"));

  private final SettableClock clock = new SettableClock();
  private final MemoryStorage storage = new MemoryStorage(clock);
  private final Journal ours = new Journal(storage, Json.MAPPER, clock, new Marks("ours"));
  private final Journal theirs = new Journal(storage, Json.MAPPER, clock, new Marks("theirs"));

  private boolean locked = true;
  private boolean stopping;
  private Claim claim;

  @BeforeEach
  void claims() {
    var log = ours.create(JOB);
    log.append(Entries.submitted(), Entries.claimed(1, false));
    claim = new Claim(log, 1, () -> locked, () -> stopping);
  }

  private void another(Entry entry) {
    assertThat(theirs.job(JOB).append(entry)).isTrue();
  }

  private static void assertHalts(ThrowingCallable call, Halt.Why why) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(Halt.class, halt -> assertThat(halt.why()).isEqualTo(why));
  }

  private static Entry.Ended ended() {
    return new Entry.Ended(Status.CANCELED, StopReason.CANCELED, "{}", List.of());
  }

  @Test
  void whoever_holds_the_claim_writes() {
    claim.mayBegin();
    claim.append(Entries.answers(1));

    assertThat(theirs.job(JOB).state().steps()).hasSize(1);
  }

  @Test
  void a_higher_claim_fences_this_one_and_nothing_is_written() {
    another(Entries.claimed(2, false));

    assertHalts(() -> claim.append(Entries.answers(1)), Halt.Why.FENCED);
    assertHalts(claim::mayBegin, Halt.Why.FENCED);
    assertThat(theirs.job(JOB).state().steps()).isEmpty();
  }

  /** The store repeats an append whose answer was lost, and much may happen meanwhile. */
  @Test
  void a_claim_that_was_overtaken_before_its_answer_came_is_fenced() {
    another(Entries.claimed(2, false));

    var late = new Claim(ours.job(JOB), 1, () -> locked, () -> stopping);

    assertHalts(late::mayBegin, Halt.Why.FENCED);
    assertHalts(() -> late.append(Entries.answers(1)), Halt.Why.FENCED);
  }

  @Test
  void an_end_stops_the_work_and_nothing_is_written() {
    another(ended());

    assertHalts(() -> claim.append(Entries.answers(1)), Halt.Why.ENDED);
    assertHalts(claim::mayBegin, Halt.Why.ENDED);
    assertThat(theirs.job(JOB).state().steps()).isEmpty();
  }

  @Test
  void a_stranger_s_harmless_entry_is_written_after() {
    another(new Entry.Enqueued("j1/again/1"));

    claim.append(Entries.answers(1));

    assertThat(theirs.job(JOB).state().steps()).hasSize(1);
  }

  @Test
  void a_step_that_happened_is_written_even_if_a_cancel_came_but_nothing_new_begins() {
    another(new Entry.CancelRequested("alice"));

    claim.append(Entries.answers(1));

    assertThat(theirs.job(JOB).state().steps()).hasSize(1);
    assertHalts(claim::mayBegin, Halt.Why.CANCELED);
  }

  @Test
  void a_lost_lock_lets_a_step_be_written_and_nothing_begin() {
    locked = false;

    claim.append(Entries.answers(1));
    claim.lookWhileWaiting();

    assertHalts(claim::mayBegin, Halt.Why.LOCK_LOST);
  }

  @Test
  void a_worker_that_is_to_stop_begins_nothing_new_and_finishes_the_call_under_way() {
    stopping = true;

    claim.lookWhileWaiting();

    assertHalts(claim::mayBegin, Halt.Why.STOPPING);
  }

  @Test
  void whoever_waits_hears_of_a_cancel_an_end_and_a_higher_claim() {
    claim.lookWhileWaiting();

    another(new Entry.CancelRequested("alice"));
    assertHalts(claim::lookWhileWaiting, Halt.Why.CANCELED);

    another(Entries.claimed(2, false));
    assertHalts(claim::lookWhileWaiting, Halt.Why.FENCED);

    another(ended());
    assertHalts(claim::lookWhileWaiting, Halt.Why.ENDED);
  }
}
