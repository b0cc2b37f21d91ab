package dev.millrace.intake;

import static dev.millrace.intake.Doors.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.artifact.Artifacts;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.Pointer;
import dev.millrace.bus.Reading;
import dev.millrace.bus.RequestReader;
import dev.millrace.intake.Intake.Cancellation;
import dev.millrace.job.Ending;
import dev.millrace.job.Finding;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Origin;
import dev.millrace.job.Owner;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.journal.Entries;
import dev.millrace.journal.Entry;
import dev.millrace.journal.JobLog;
import dev.millrace.storage.Layout;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IntakeTest {
  private static final JobRequest PLOT = JobRequest.of("analyst", "Plot revenue.");
  private static final Optional<String> KEY = Optional.of("order-77");

  private final Doors doors = new Doors();
  private final Intake intake = doors.intake;

  private JobLog accepted(Submission submission) {
    assertThat(submission).isInstanceOf(Submission.Accepted.class);
    return ((Submission.Accepted) submission).log();
  }

  private JobLog submit(JobRequest request) {
    return accepted(intake.submit(ALICE, request, "hash", Optional.empty()));
  }

  private static JobRequest turn(JobRequest.WhenBusy whenBusy) {
    return Doors.turn("And by quarter?", "user-123", whenBusy);
  }

  private static Delivery.Received message(
      @Nullable String messageId, String body, @Nullable String replyTo) {
    return new Delivery.Received(
        "jobs",
        7,
        messageId,
        body.getBytes(StandardCharsets.UTF_8),
        "corr-1",
        replyTo,
        null,
        SettableClock.NOON,
        SettableClock.NOON.plus(Duration.ofHours(1)),
        "00-a-b-01",
        null);
  }

  private void end(JobLog log, Ending ending) {
    assertThat(log.append(doors.results.ended(log, ending))).isTrue();
    doors.aftermath.finish(log);
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void an_accepted_job_is_durable_listed_and_pointed_at() {
    var log = submit(PLOT);

    assertThat(doors.journal.job(log.job()).state().enqueued()).isTrue();
    assertThat(doors.broker.sent).containsExactly(Pointer.first(log.job()));
    assertThat(doors.storage.names()).contains(Layout.open(log.job()));
    assertThat(doors.storage.names()).anyMatch(name -> name.startsWith("recent/default/"));
    assertThat(log.state().submitted().deadline())
        .isEqualTo(SettableClock.NOON.plus(Duration.ofHours(12)));
  }

  @Test
  void the_same_key_and_request_is_the_same_job_and_is_sent_once() {
    var first = accepted(intake.submit(ALICE, PLOT, "hash", KEY));
    var second = accepted(intake.submit(ALICE, PLOT, "hash", KEY));

    assertThat(second.job()).isEqualTo(first.job());
    assertThat(first.job().id()).isEqualTo(JobId.ofKey(ALICE, "order-77"));
    assertThat(doors.broker.sent).hasSize(1);
  }

  @Test
  void the_same_key_with_another_request_is_refused_and_changes_nothing() {
    var first = accepted(intake.submit(ALICE, PLOT, "hash", KEY));

    var second = intake.submit(ALICE, JobRequest.of("analyst", "other"), "other", KEY);

    assertThat(second).isEqualTo(new Submission.KeyReused(first.job()));
    assertThat(doors.journal.job(first.job()).state().request()).isEqualTo(PLOT);
  }

  @Test
  void keys_are_an_owner_s_own() {
    var alice = accepted(intake.submit(ALICE, PLOT, "hash", KEY));
    var bob = accepted(intake.submit(new Owner("default", "bob"), PLOT, "hash", KEY));
    var other = accepted(intake.submit(new Owner("other", "alice"), PLOT, "hash", KEY));

    assertThat(new HashSet<>(List.of(alice.job().id(), bob.job().id(), other.job().id())))
        .hasSize(3);
  }

  @Test
  void without_a_key_every_request_is_a_job_of_its_own() {
    assertThat(submit(PLOT).job()).isNotEqualTo(submit(PLOT).job());
  }

  @Test
  void fifty_at_once_under_one_key_are_one_job() throws Exception {
    var start = new CountDownLatch(1);
    var submits = new ArrayList<FutureTask<Submission>>();
    for (int i = 0; i < 50; i++) {
      submits.add(
          new FutureTask<>(
              () -> {
                start.await();
                return intake.submit(ALICE, PLOT, "hash", KEY);
              }));
    }
    submits.forEach(Thread.ofVirtual()::start);
    start.countDown();

    var jobs = new HashSet<JobRef>();
    for (var each : submits) {
      jobs.add(accepted(each.get()).job());
    }
    assertThat(jobs).hasSize(1);
    var log =
        new String(
            doors.storage.bytes("jobs/default/" + jobs.iterator().next().id() + "/log"),
            StandardCharsets.UTF_8);
    assertThat(log.split("\"Submitted\"")).hasSize(2);
    assertThat(doors.broker.sent).isNotEmpty().allMatch(p -> jobs.contains(p.job()));
  }

  @Test
  void a_claim_that_was_faster_says_that_the_message_was_sent() {
    doors.broker.worker =
        pointer ->
            doors.journal.job(pointer.job()).append(new Entry.Claimed(1, "w", "jobs", 1, false));

    var log = submit(PLOT);

    assertThat(log.state().enqueued()).isTrue();
    assertThat(
            new String(
                doors.storage.bytes(Layout.log(Layout.job(log.job()))), StandardCharsets.UTF_8))
        .contains("\"Claimed\"")
        .doesNotContain("\"Enqueued\"");
  }

  @Test
  void a_broker_that_is_away_does_not_stop_a_submission() {
    doors.broker.away = true;

    var log = submit(PLOT);

    assertThat(doors.journal.job(log.job()).state().enqueued()).isFalse();
    assertThat(doors.storage.names()).contains(Layout.open(log.job()));
  }

  @Test
  void submitting_again_sends_what_was_not_sent() {
    doors.broker.away = true;
    var log = accepted(intake.submit(ALICE, PLOT, "hash", KEY));
    doors.broker.away = false;

    intake.submit(ALICE, PLOT, "hash", KEY);

    assertThat(doors.broker.sent).containsExactly(Pointer.first(log.job()));
    assertThat(doors.journal.job(log.job()).state().enqueued()).isTrue();
  }

  @Test
  void an_empty_log_counts_as_absent() {
    var job = new JobRef("default", JobId.ofKey(ALICE, "order-77"));
    doors.storage.create(Layout.log(Layout.job(job)));

    assertThat(accepted(intake.submit(ALICE, PLOT, "hash", KEY)).job()).isEqualTo(job);
  }

  @Test
  void the_id_of_a_deleted_job_is_gone() {
    var job = new JobRef("default", JobId.ofKey(ALICE, "order-77"));
    doors.storage.putIfAbsent(Layout.gone(job), InputStream.nullInputStream(), 0);

    assertThat(intake.submit(ALICE, PLOT, "hash", KEY)).isEqualTo(new Submission.Gone(job));
    assertThat(doors.storage.names()).doesNotContain(Layout.open(job), Layout.log(Layout.job(job)));
  }

  @Test
  void files_come_with_the_job_and_are_kept_in_its_folder() {
    new Artifacts(doors.storage)
        .upload("default", "u1", new ByteArrayInputStream("a,b".getBytes(StandardCharsets.UTF_8)));

    var log =
        submit(
            PLOT.withFiles(
                List.of(
                    new InputFile("sales.csv", "u1", null, null, null, 0),
                    new InputFile("notes.txt", null, "aGVsbG8=", null, null, 0))));

    var files = log.state().request().files();
    assertThat(files).extracting(InputFile::name).containsExactly("sales.csv", "notes.txt");
    assertThat(files).extracting(InputFile::size).containsExactly(3L, 5L);
    assertThat(files).allMatch(file -> file.base64() == null && file.uploadId() == null);
    assertThat(doors.storage.bytes(Layout.file(Layout.job(log.job()), files.getLast().sha256())))
        .asString()
        .isEqualTo("hello");
  }

  @Test
  void bad_base64_and_a_missing_upload_end_the_job_at_once_with_both_findings() {
    var log =
        submit(
            PLOT.withFiles(
                List.of(
                    new InputFile("a", null, "###", null, null, 0),
                    new InputFile("b", "nowhere", null, null, null, 0))));

    assertThat(log.state().status()).isEqualTo(Status.FAILED);
    assertThat(log.state().ended().orElseThrow().stopReason()).isEqualTo(StopReason.INVALID);
    assertThat(log.state().ended().orElseThrow().result())
        .contains("/files/0/base64", "/files/1/uploadId");
    assertThat(doors.broker.sent).isEmpty();
    assertThat(doors.broker.published)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.target()).isEqualTo("results");
              assertThat(one.message().properties()).containsEntry("stopReason", "invalid");
            });
    assertThat(doors.storage.names()).doesNotContain(Layout.open(log.job()));
  }

  @Test
  void what_the_reader_found_is_not_found_again_and_files_keep_their_numbers() {
    String body =
        """
        {"message": "m", "files": [
          {"base64": "aGk="},
          {"name": "a", "url": "https://example.com/a"},
          {"name": "b", "base64": "###"}]}\
        """;
    var wrong =
        (Reading.Wrong)
            new RequestReader(Json.MAPPER, "analyst").read(body.getBytes(StandardCharsets.UTF_8));

    var log = accepted(intake.meetWrong(message("m-1", body, null), wrong));

    assertThat(log.state().ended().orElseThrow().result())
        .contains("/files/0/name", "/files/1/url", "/files/2/base64")
        .doesNotContain("/uploadId", "/files/1/base64");
  }

  @Test
  void a_message_is_the_job_whose_id_its_producer_computed() {
    var log = accepted(intake.meet(message("m-1", "{}", "replies"), PLOT, List.of("careful")));

    assertThat(log.job().id()).isEqualTo(JobId.ofMessage("default", "jobs", "m-1"));
    assertThat(log.state().owner()).isEqualTo(new Owner("default", "queue:jobs"));
    assertThat(log.state().submitted().origin())
        .isEqualTo(
            new Origin(
                Origin.Via.QUEUE, "jobs", "m-1", "corr-1", "replies", null, "00-a-b-01", null));
    assertThat(log.state().submitted().warnings()).containsExactly("careful");
    assertThat(log.state().submitted().deadline())
        .as("its time to live")
        .isEqualTo(SettableClock.NOON.plus(Duration.ofHours(1)));
    assertThat(doors.broker.sent).as("the message is there already").isEmpty();
  }

  @Test
  void a_message_that_says_whose_it_is_belongs_to_its_queue_all_the_same() {
    String body = "{\"message\": \"Plot.\", \"tenant\": \"other\", \"owner\": \"alice\"}";
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    var wanted = (Reading.Wants) new RequestReader(Json.MAPPER, "analyst").read(bytes);

    var log =
        accepted(intake.meet(message("m-1", body, null), wanted.request(), wanted.warnings()));

    assertThat(log.job().tenant()).isEqualTo("default");
    assertThat(log.state().owner()).isEqualTo(new Owner("default", "queue:jobs"));
    assertThat(log.state().submitted().warnings())
        .anyMatch(warning -> warning.contains("tenant"))
        .anyMatch(warning -> warning.contains("owner"));
  }

  @Test
  void the_earlier_of_deadline_and_time_to_live_holds() {
    Instant earlier = SettableClock.NOON.plusSeconds(60);
    var log =
        accepted(intake.meet(message("m-1", "{}", null), PLOT.withDeadline(earlier), List.of()));

    assertThat(log.state().submitted().deadline()).isEqualTo(earlier);
  }

  @Test
  void a_message_met_again_is_the_same_job() {
    var first = accepted(intake.meet(message("m-1", "{}", null), PLOT, List.of()));
    var second = accepted(intake.meet(message("m-1", "{}", null), PLOT, List.of()));

    assertThat(second.job()).isEqualTo(first.job());
    assertThat(second.position()).isEqualTo(first.position());
  }

  @Test
  void messages_without_an_id_are_told_apart_by_the_broker_s_number() {
    var log = accepted(intake.meet(message(null, "{}", null), PLOT, List.of()));

    assertThat(log.job().id()).isEqualTo(JobId.ofMessage("default", "jobs", "#7"));
  }

  @Test
  void the_same_message_id_with_another_body_is_a_conflict_of_its_own() {
    var first = accepted(intake.meet(message("m-1", "{}", null), PLOT, List.of()));
    long before = first.position();

    var second = intake.meet(message("m-1", "{\"x\":1}", "replies"), PLOT, List.of());

    assertThat(second).isEqualTo(new Submission.KeyReused(first.job()));
    assertThat(doors.journal.job(first.job()).position()).isEqualTo(before);
    assertThat(doors.broker.published)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.target()).isEqualTo("replies");
              assertThat(one.message().messageId()).startsWith(first.job().id() + "/conflict/");
            });
  }

  @Test
  void a_conflict_without_a_reply_to_goes_to_the_topic() {
    intake.meet(message("m-1", "{}", null), PLOT, List.of());
    intake.meet(message("m-1", "{\"x\":1}", null), PLOT, List.of());

    assertThat(doors.broker.published)
        .extracting(Doors.Broker.Published::target)
        .containsExactly("results");
  }

  @Test
  void a_reply_to_that_is_not_allowed_ends_the_job_and_gets_nothing() {
    var log = accepted(intake.meet(message("m-1", "{}", "elsewhere"), PLOT, List.of()));

    var ended = log.state().ended().orElseThrow();
    assertThat(ended.stopReason()).isEqualTo(StopReason.INVALID);
    assertThat(ended.result()).contains("ReplyTo", "millrace.reply-to.allow");
    assertThat(ended.outbox()).extracting(Entry.Outbox::target).containsExactly("results");
  }

  @Test
  void a_request_that_can_be_read_but_not_done_is_a_failed_job() {
    var wrong =
        new Reading.Wrong(
            JobRequest.of("analyst", ""), List.of(new Finding("/message", "is required")));

    var log = accepted(intake.meetWrong(message("m-1", "{}", "replies"), wrong));

    assertThat(log.state().ended().orElseThrow().result()).contains("/message", "is required");
    assertThat(log.state().ended().orElseThrow().outbox()).hasSize(2);
  }

  @Test
  void a_wrong_request_hears_of_its_reply_to_at_the_same_time() {
    var wrong =
        new Reading.Wrong(
            JobRequest.of("analyst", ""), List.of(new Finding("/message", "is required")));

    var log = accepted(intake.meetWrong(message("m-1", "{}", "elsewhere"), wrong));

    assertThat(log.state().ended().orElseThrow().result())
        .contains("/message", "millrace.reply-to.allow");
    assertThat(log.state().ended().orElseThrow().outbox()).hasSize(1);
  }

  @Test
  void a_turn_takes_its_place_in_line_once() {
    var first = submit(turn(JobRequest.WhenBusy.QUEUE));
    var second = submit(turn(JobRequest.WhenBusy.QUEUE));
    doors.conversations.enlist(second);

    var line = doors.journal.conversation(first.state().conversation().orElseThrow());
    assertThat(line.head()).contains(first.job().id());
    assertThat(line.unfinished(second.job().id())).isTrue();
    assertThat(doors.conversations.head(second)).contains(first.job().id());

    end(first, Ending.answered("So."));
    assertThat(doors.conversations.head(second)).contains(second.job().id());
    assertThat(doors.broker.sent.getLast().job())
        .as("the next in line is woken")
        .isEqualTo(second.job());
  }

  @Test
  void a_turn_that_would_not_wait_is_refused_while_another_is_unfinished() {
    var first = submit(turn(JobRequest.WhenBusy.QUEUE));

    var refused = submit(turn(JobRequest.WhenBusy.REFUSE));
    assertThat(refused.state().ended().orElseThrow().stopReason()).isEqualTo(StopReason.CONFLICT);

    end(first, Ending.answered("So."));
    assertThat(submit(turn(JobRequest.WhenBusy.REFUSE)).state().ended()).isEmpty();
  }

  @Test
  void cancelling_a_job_that_nobody_works_on_ends_and_publishes_it_at_once() {
    var log = submit(PLOT);

    assertThat(intake.cancel(log.job(), "alice")).isEqualTo(Cancellation.CANCELED);

    assertThat(doors.journal.job(log.job()).state().status()).isEqualTo(Status.CANCELED);
    assertThat(doors.broker.published).hasSize(1);
    assertThat(doors.released).containsExactly(log.job());
    assertThat(doors.storage.names()).doesNotContain(Layout.open(log.job()));
  }

  @Test
  void cancelling_a_released_job_ends_it_at_once_and_keeps_what_was_found() {
    var log = submit(PLOT);
    log.append(
        Entries.claimed(1, false), Entries.asks(1, 1), Entries.released(1, "model.unavailable"));

    assertThat(intake.cancel(log.job(), "alice")).isEqualTo(Cancellation.CANCELED);
    assertThat(doors.journal.job(log.job()).state().ended().orElseThrow().result())
        .contains("\"response\":\"step 1\"");
  }

  @Test
  void cancelling_a_running_job_asks_its_worker() {
    var log = submit(PLOT);
    log.append(Entries.claimed(1, false));

    assertThat(intake.cancel(log.job(), "alice")).isEqualTo(Cancellation.REQUESTED);
    assertThat(intake.cancel(log.job(), "alice")).isEqualTo(Cancellation.REQUESTED);

    var state = doors.journal.job(log.job()).state();
    assertThat(state.cancelRequested()).isTrue();
    assertThat(state.ended()).isEmpty();
    assertThat(doors.broker.published).isEmpty();
  }

  /** Who asks again and again must not keep a dead worker's job from being sent again. */
  @Test
  void asking_again_to_cancel_a_running_job_writes_nothing() {
    var log = submit(PLOT);
    log.append(Entries.claimed(1, false));
    intake.cancel(log.job(), "alice");
    long before = doors.journal.job(log.job()).position();

    assertThat(intake.cancel(log.job(), "alice")).isEqualTo(Cancellation.REQUESTED);

    assertThat(doors.journal.job(log.job()).position()).isEqualTo(before);
  }

  @Test
  void cancelling_an_ended_job_changes_nothing() {
    var log = submit(PLOT);
    end(log, Ending.answered("Done."));

    assertThat(intake.cancel(log.job(), "alice")).isEqualTo(Cancellation.ENDED);
    assertThat(doors.journal.job(log.job()).state().status()).isEqualTo(Status.SUCCEEDED);
  }

  @Test
  void cancelling_what_nobody_knows_says_so() {
    assertThat(intake.cancel(new JobRef("default", new JobId("nobody")), "alice"))
        .isEqualTo(Cancellation.UNKNOWN);
  }

  @Test
  void a_cancel_is_done_even_if_its_result_cannot_be_published_now() {
    var log = submit(PLOT);
    doors.broker.away = true;

    assertThat(intake.cancel(log.job(), "alice")).isEqualTo(Cancellation.CANCELED);
    assertThat(doors.storage.names()).as("for the sweeper").contains(Layout.open(log.job()));
  }

  @Test
  void a_retry_is_a_new_job_with_its_own_copies() throws Exception {
    var log =
        submit(
            PLOT.withFiles(List.of(new InputFile("notes.txt", null, "aGVsbG8=", null, null, 0)))
                .withDeadline(SettableClock.NOON.plusSeconds(60)));
    end(log, Ending.cutShort(StopReason.DEADLINE, ""));
    doors.clock.advance(Duration.ofHours(1));

    var again = accepted(intake.retry(log.job()).orElseThrow());
    doors.storage.deleteAll(Layout.job(log.job()));

    assertThat(again.job()).isNotEqualTo(log.job());
    assertThat(again.state().ended()).isEmpty();
    assertThat(again.state().owner()).isEqualTo(ALICE);
    assertThat(again.state().submitted().deadline())
        .isEqualTo(doors.clock.instant().plus(Duration.ofHours(12)));
    var file = again.state().request().files().getFirst();
    assertThat(doors.storage.bytes(Layout.file(Layout.job(again.job()), file.sha256())))
        .asString()
        .isEqualTo("hello");
    assertThat(doors.broker.sent.getLast()).isEqualTo(Pointer.first(again.job()));
  }

  @Test
  void a_retry_of_a_turn_is_a_new_turn_at_the_tail() {
    var first = submit(turn(JobRequest.WhenBusy.QUEUE));
    var second = submit(turn(JobRequest.WhenBusy.QUEUE));
    end(first, Ending.answered("So."));

    var again = accepted(intake.retry(first.job()).orElseThrow());

    assertThat(doors.conversations.head(again)).contains(second.job().id());
    var line = doors.journal.conversation(first.state().conversation().orElseThrow());
    assertThat(line.unfinished(again.job().id())).isTrue();
  }

  @Test
  void only_an_ended_job_can_be_retried() {
    var log = submit(PLOT);

    assertThat(intake.retry(log.job())).isEmpty();
    assertThat(intake.retry(new JobRef("default", new JobId("nobody")))).isEmpty();
  }

  /** Its bad file was never kept: it would run without it. */
  @Test
  void a_job_that_was_never_fit_to_be_run_cannot_be_retried() {
    var log = submit(PLOT.withFiles(List.of(new InputFile("a", null, "###", null, null, 0))));

    assertThat(intake.retry(log.job())).isEmpty();
  }

  @Test
  void a_target_that_is_missing_holds_up_nothing_and_is_given_up_after_a_day() {
    doors.broker.missing = Optional.of("replies");
    var log = accepted(intake.meet(message("m-1", "{}", "replies"), PLOT, List.of()));
    end(log, Ending.answered("Done."));

    assertThat(doors.broker.published)
        .extracting(Doors.Broker.Published::target)
        .containsExactly("results");
    assertThat(doors.released).containsExactly(log.job());
    assertThat(doors.storage.names()).contains(Layout.open(log.job()));

    doors.clock.advance(Duration.ofHours(23));
    doors.aftermath.finish(doors.journal.job(log.job()));
    assertThat(doors.storage.names()).contains(Layout.open(log.job()));

    doors.clock.advance(Duration.ofHours(1));
    doors.aftermath.finish(doors.journal.job(log.job()));
    assertThat(doors.storage.names()).doesNotContain(Layout.open(log.job()));
    assertThat(doors.broker.published).hasSize(1);
  }

  @Test
  void finishing_twice_publishes_once_and_takes_one_turn() {
    var log = submit(turn(JobRequest.WhenBusy.QUEUE));
    log.append(Entries.claimed(1, false), Entries.answers(1));
    end(log, Ending.answered("So."));

    doors.aftermath.finish(doors.journal.job(log.job()));

    assertThat(doors.broker.published).hasSize(1);
    var line = doors.journal.conversation(log.state().conversation().orElseThrow());
    assertThat(line.turns()).isEqualTo(1);
    assertThat(line.past().messages()).hasSize(2);
  }
}
