package dev.millrace.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.SettableClock;
import dev.millrace.job.ConversationRef;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.Owner;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.job.Usage;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobStateTest {
  private static final String AWAY = "model.unavailable";

  private final JobState state = JobState.of(Entries.submitted(), SettableClock.NOON);
  private int seconds;

  private JobState after(Entry... entries) {
    for (Entry entry : entries) {
      state.apply(new Line<>("r", SettableClock.NOON.plusSeconds(++seconds), entry));
    }
    return state;
  }

  @Test
  void a_job_is_queued_runs_from_its_first_claim_and_ends_as_its_reason_says() {
    assertThat(state.status()).isEqualTo(Status.QUEUED);
    assertThat(after(Entries.claimed(1, false)).status()).isEqualTo(Status.RUNNING);
    assertThat(after(Entries.released(1, AWAY)).status()).isEqualTo(Status.RUNNING);
    assertThat(after(ended(StopReason.DEADLINE)).status()).isEqualTo(Status.INCOMPLETE);
  }

  private static Entry.Ended ended(StopReason reason) {
    return new Entry.Ended(
        reason.status(),
        reason,
        "{}",
        List.of(
            new Entry.Outbox("j1/result", "results"), new Entry.Outbox("j1/result", "replies")));
  }

  @Test
  void steps_are_numbered_through() {
    after(
        Entries.claimed(1, false),
        Entries.asks(1, 2),
        Entries.intends(2, "c1"),
        Entries.ran(2, "c1"),
        Entries.intends(3, "c2"),
        Entries.ran(3, "c2"),
        Entries.answers(4));

    assertThat(state.steps()).extracting(Step::n).containsExactly(1, 2, 3, 4);
    assertThat(state.nextStep()).isEqualTo(5);
    assertThat(state.lastAnswer().orElseThrow().n()).isEqualTo(4);
    assertThat(state.usage()).isEqualTo(new Usage(200, 20));
    assertThat(state.said())
        .extracting(Message::role)
        .containsExactly(
            Message.Role.ASSISTANT, Message.Role.TOOL, Message.Role.TOOL, Message.Role.ASSISTANT);
  }

  @Test
  void a_call_is_in_flight_from_its_intent_to_its_outcome() {
    assertThat(after(Entries.asks(1, 1)).inFlight()).isEmpty();
    assertThat(after(Entries.intends(2, "c1")).inFlight()).contains(Entries.intends(2, "c1"));
    assertThat(after(Entries.claimed(2, false)).inFlight()).isPresent();
    assertThat(after(Entries.ran(2, "c1")).inFlight()).isEmpty();
  }

  @Test
  void sends_are_counted_since_the_last_claim() {
    assertThat(state.enqueued()).isFalse();
    assertThat(after(new Entry.Enqueued("m1"), new Entry.Enqueued("m2")).sends()).isEqualTo(2);
    assertThat(after(Entries.claimed(1, false)).sends()).isZero();
    assertThat(after(new Entry.Enqueued("m3")).sends()).isEqualTo(1);
    assertThat(state.enqueued()).isTrue();
  }

  @Test
  void a_claim_says_that_a_message_was_sent() {
    assertThat(state.enqueued()).isFalse();
    assertThat(after(Entries.claimed(1, false)).enqueued()).isTrue();
  }

  @Test
  void a_job_that_came_by_queue_needs_no_message_of_ours() {
    var direct =
        JobState.of(Entries.submitted(Origin.HTTP.via(Origin.Via.QUEUE), null), SettableClock.NOON);

    assertThat(direct.enqueued()).isTrue();
    assertThat(direct.sends()).isZero();
  }

  @Test
  void only_the_first_end_counts() {
    after(ended(StopReason.CANCELED));
    Instant first = state.endedAt().orElseThrow();
    after(ended(StopReason.ANSWERED));

    assertThat(state.ended().orElseThrow().stopReason()).isEqualTo(StopReason.CANCELED);
    assertThat(state.endedAt()).contains(first);
  }

  @Test
  void only_the_first_submission_counts() {
    after(Entries.submitted(Origin.HTTP, "other"));

    assertThat(state.conversation()).isEmpty();
  }

  @Test
  void what_no_target_has_answered_for_is_unpublished() {
    assertThat(state.unpublished()).isEmpty();
    assertThat(after(ended(StopReason.ANSWERED)).unpublished()).hasSize(2);

    after(new Entry.Published("j1/result", "results", Entry.Published.Outcome.PUBLISHED));
    assertThat(state.unpublished()).extracting(Entry.Outbox::target).containsExactly("replies");

    after(new Entry.Published("j1/result", "replies", Entry.Published.Outcome.UNDELIVERABLE));
    assertThat(state.unpublished()).isEmpty();
  }

  @Test
  void a_job_knows_whose_it_is_and_of_which_conversation() {
    var turn = JobState.of(Entries.submitted(Origin.HTTP, "k1"), SettableClock.NOON);

    assertThat(turn.owner()).isEqualTo(new Owner("default", "alice"));
    assertThat(turn.conversation()).contains(new ConversationRef("default", "analyst", "k1"));
    assertThat(state.conversation()).isEmpty();
  }

  @Test
  void a_claim_stands_until_it_is_released() {
    assertThat(state.attempts().epoch()).isZero();
    assertThat(state.attempts().standing()).isEmpty();

    after(Entries.claimed(1, false));
    assertThat(state.attempts().standing()).contains(Entries.claimed(1, false));
    assertThat(state.attempts().notBefore()).isEmpty();

    after(Entries.released(1, AWAY));
    assertThat(state.attempts().standing()).isEmpty();
    assertThat(state.attempts().epoch()).isEqualTo(1);
    assertThat(state.attempts().notBefore()).contains(Entries.released(1, AWAY).notBefore());

    after(Entries.claimed(2, false));
    assertThat(state.attempts().notBefore()).isEmpty();
  }

  @Test
  void a_fresh_job_may_run_beside_others() {
    assertThat(state.attempts().needsSolitude()).isFalse();
    assertThat(state.attempts().poisonous()).isFalse();
  }

  @Test
  void after_one_barren_claim_a_job_runs_alone_until_it_makes_progress() {
    after(Entries.claimed(1, false));
    assertThat(state.attempts().needsSolitude()).isTrue();

    after(Entries.claimed(2, true));
    assertThat(state.attempts().needsSolitude()).isTrue();

    after(Entries.answers(1));
    assertThat(state.attempts().needsSolitude()).isFalse();
  }

  @Test
  void a_claim_that_made_a_step_is_not_barren() {
    after(Entries.claimed(1, false), Entries.asks(1, 1));

    assertThat(state.attempts().needsSolitude()).isFalse();
    after(Entries.claimed(2, false));
    assertThat(state.attempts().needsSolitude()).isTrue();
  }

  @Test
  void three_barren_claims_alone_are_poison() {
    after(Entries.claimed(1, false), Entries.claimed(2, true), Entries.claimed(3, true));
    assertThat(state.attempts().poisonous()).isFalse();

    after(Entries.claimed(4, true));
    assertThat(state.attempts().poisonous()).isTrue();
  }

  @Test
  void claims_in_company_are_never_poison() {
    for (int epoch = 1; epoch <= 20; epoch++) {
      after(Entries.claimed(epoch, false));
    }

    assertThat(state.attempts().poisonous()).isFalse();
  }

  @Test
  void a_release_is_never_counted_and_resets_nothing() {
    after(Entries.claimed(1, true), Entries.claimed(2, true));
    after(Entries.claimed(3, true), Entries.released(3, AWAY));
    assertThat(state.attempts().poisonous()).isFalse();
    assertThat(state.attempts().needsSolitude()).isTrue();

    for (int epoch = 4; epoch <= 10; epoch++) {
      after(Entries.claimed(epoch, true), Entries.released(epoch, AWAY));
    }
    assertThat(state.attempts().poisonous()).isFalse();

    after(Entries.claimed(11, true));
    assertThat(state.attempts().poisonous()).isTrue();
  }

  @Test
  void progress_forgets_every_barren_claim() {
    after(Entries.claimed(1, true), Entries.claimed(2, true), Entries.claimed(3, true));
    assertThat(state.attempts().poisonous()).isTrue();

    after(Entries.answers(1), Entries.claimed(4, true), Entries.claimed(5, true));

    assertThat(state.attempts().poisonous()).isFalse();
  }

  @Test
  void an_outage_counts_from_its_first_release_without_a_step_between() {
    after(Entries.claimed(1, false), Entries.released(1, AWAY));
    Instant first = SettableClock.NOON.plusSeconds(seconds);
    after(Entries.claimed(2, false), Entries.released(2, AWAY));
    assertThat(state.attempts().awaySince()).contains(first);
    assertThat(state.attempts().outages()).isEqualTo(2);

    after(Entries.claimed(3, false), Entries.answers(1));
    assertThat(state.attempts().awaySince()).isEmpty();
    assertThat(state.attempts().outages()).isZero();
  }

  /** Else a job let go by a deploy, and left in the queue for hours, fails at the first hiccup. */
  @Test
  void a_worker_that_stops_and_a_store_that_is_away_are_no_outage_of_the_model() {
    after(Entries.claimed(1, false), Entries.released(1, Entry.Released.STOPPING));
    after(Entries.claimed(2, false), Entries.released(2, Entry.Released.STORE_AWAY));

    assertThat(state.attempts().awaySince()).isEmpty();
    assertThat(state.attempts().outages()).isZero();
  }

  @Test
  void a_claim_taken_over_while_the_model_was_asked_may_repeat_the_turn() {
    after(Entries.claimed(1, false), Entries.claimed(2, false));
    assertThat(state.attempts().repeatedTurns()).isEqualTo(1);

    after(Entries.asks(1, 1), Entries.claimed(3, false));
    assertThat(state.attempts().repeatedTurns()).as("a tool was next").isEqualTo(1);

    after(Entries.ran(2, "c1"), Entries.claimed(4, false));
    assertThat(state.attempts().repeatedTurns()).isEqualTo(2);
  }

  @Test
  void a_release_repeats_a_turn_only_if_the_store_did_not_take_it_in() {
    after(Entries.claimed(1, false), Entries.released(1, AWAY));
    after(Entries.claimed(2, false), Entries.released(2, Entry.Released.STOPPING));
    assertThat(state.attempts().repeatedTurns()).isZero();

    after(Entries.claimed(3, false), Entries.released(3, Entry.Released.STORE_AWAY));
    assertThat(state.attempts().repeatedTurns()).isEqualTo(1);
  }
}
