package dev.millrace.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.JobId;
import dev.millrace.job.Message;
import dev.millrace.job.Usage;
import dev.millrace.journal.ConversationEntry;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a conversation is shortened, and reset while its turns run. */
class SummaryTest {
  private final SummaryScene scene = new SummaryScene();

  private ConversationPast past() {
    return scene.journal.conversation(SummaryScene.TALK).past();
  }

  private static Message says(String text) {
    return Message.assistant(text, List.of());
  }

  @Test
  void a_summary_and_its_turn_come_in_one_piece() {
    assertThat(SummaryScene.broken()).isEmpty();
  }

  @Test
  void the_next_turn_sees_the_summary_in_place_of_what_was_before() {
    scene.first();
    scene.end(scene.second());

    assertThat(past().messages())
        .containsExactly(Message.user("In short."), Message.user("Asked second."), says("Two."));
    assertThat(past().jobs()).containsExactly(new JobId("first"), new JobId("second"));
  }

  /** As after a first turn that was cancelled before it began. */
  @Test
  void a_summary_after_turns_that_said_nothing_is_kept() {
    scene.conversation(
        new ConversationEntry.Queued("zero"),
        new ConversationEntry.Turn("zero", List.of(), Usage.NONE, null));

    scene.end(scene.second());

    assertThat(past().messages()).startsWith(Message.user("In short."));
  }

  /** The place where the history begins is the one where the summary stands in the end. */
  @Test
  void who_gets_in_line_meanwhile_does_not_spoil_a_summary() {
    scene.first();
    var second = scene.second();
    scene.before =
        () ->
            scene
                .journal
                .conversation(SummaryScene.TALK)
                .append(new ConversationEntry.Queued("third"));

    scene.end(second);

    assertThat(scene.broken).isEmpty();
    assertThat(past().messages()).startsWith(Message.user("In short.")).hasSize(3);
    assertThat(scene.journal.conversation(SummaryScene.TALK).head()).contains(new JobId("third"));
  }

  @Test
  void what_is_reset_while_a_turn_runs_is_not_told_again() {
    scene.first();
    var second = scene.second();
    scene.histories.reset(SummaryScene.ALICE, "analyst", SummaryScene.NAME);

    scene.end(second);

    assertThat(past().messages()).containsExactly(Message.user("Asked second."), says("Two."));
    assertThat(past().jobs()).containsExactly(new JobId("second"));
    assertThat(past().modelState()).as("what the model itself remembers").isNull();
  }

  @Test
  void what_a_model_remembers_from_before_a_summary_is_given_to_nobody() {
    scene.first();
    var second = scene.begun("second");
    scene.answer(second, 1, "Two.");
    second.append(new Entry.Summarized(1, "In short.", "m", Usage.NONE, 0));

    scene.end(second);

    assertThat(past().modelState()).isNull();
  }
}
