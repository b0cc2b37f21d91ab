package dev.millrace.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Unavailable;
import dev.millrace.storage.CountingStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LogWatchTest {
  private static final String LOG = "jobs/default/j1/log";
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final byte[] TEN = new byte[10];

  private boolean away;
  private final CountingStorage storage =
      new CountingStorage(new SettableClock()) {
        @Override
        public Optional<Stat> stat(String name) {
          var stat = super.stat(name);
          if (away) {
            throw new Unavailable("the store is away");
          }
          return stat;
        }
      };
  private final ManualAlarms alarms = new ManualAlarms();
  private final LogWatch watch = new LogWatch(storage, alarms);

  /** A watcher on a thread of its own, waiting by the time this returns. */
  private FutureTask<Boolean> waiting(LogWatch.Watch on, long position, Duration limit)
      throws InterruptedException {
    int before = alarms.size();
    var waiting = new FutureTask<>(() -> on.await(position, limit));
    Thread.ofVirtual().start(waiting);
    alarms.awaitSet(before == 0 ? 2 : before + 1);
    return waiting;
  }

  @Test
  void a_writer_in_this_process_is_heard_at_once_and_nothing_is_read() throws Exception {
    try (var on = watch.watch(LOG)) {
      var waiting = waiting(on, 10, MINUTE);

      watch.grown(LOG, 20);

      assertThat(waiting.get()).isTrue();
      assertThat(storage.questions()).isZero();
    }
  }

  @Test
  void what_was_written_since_the_watch_began_needs_no_waiting() {
    try (var on = watch.watch(LOG)) {
      watch.grown(LOG, 20);

      assertThat(on.await(10, MINUTE)).isTrue();
      assertThat(alarms.size()).isZero();
    }
  }

  @Test
  void every_append_and_every_reading_of_a_journal_is_heard() throws Exception {
    var journal = new Journal(storage, Json.MAPPER, new SettableClock(), new Marks("ours"), alarms);
    var job = new JobRef("default", new JobId("j1"));
    try (var on = journal.watch(job)) {
      var log = journal.create(job);
      var first = waiting(on, 0, MINUTE);
      log.append(Entries.submitted());
      assertThat(first.get()).isTrue();

      var second = waiting(on, log.position(), MINUTE);
      var elsewhere = new Journal(storage, Json.MAPPER, new SettableClock(), new Marks("theirs"));
      elsewhere.job(job).append(new Entry.CancelRequested("somebody"));
      assertThat(second.isDone()).isFalse();
      log.refresh();

      assertThat(second.get()).isTrue();
    }
  }

  @Test
  void a_stranger_s_write_is_seen_by_the_next_look() throws Exception {
    storage.create(LOG);
    try (var on = watch.watch(LOG)) {
      var waiting = waiting(on, 0, MINUTE);

      storage.append(LOG, 0, TEN);
      assertThat(waiting.isDone()).isFalse();
      alarms.advance(Duration.ofMillis(250));

      assertThat(waiting.get()).isTrue();
    }
  }

  @Test
  void looks_become_rarer_while_nothing_comes_and_frequent_again_after_a_change() throws Exception {
    storage.create(LOG);
    try (var on = watch.watch(LOG)) {
      waiting(on, 0, MINUTE);

      assertThat(looksDuring(Duration.ofMillis(250))).isEqualTo(1);
      assertThat(looksDuring(Duration.ofMillis(500))).isEqualTo(1);
      assertThat(looksDuring(Duration.ofMillis(1000 + 2000 + 4000))).isEqualTo(3);
      assertThat(looksDuring(Duration.ofSeconds(10))).isEqualTo(2);

      storage.append(LOG, 0, TEN);
      alarms.advance(Duration.ofSeconds(5));
      alarms.awaitSet(0);
      waiting(on, 10, MINUTE);
      assertThat(looksDuring(Duration.ofMillis(250))).isEqualTo(1);
    }
  }

  private long looksDuring(Duration time) {
    long before = storage.questions();
    alarms.advance(time);
    return storage.questions() - before;
  }

  @Test
  void a_write_here_puts_off_the_next_look() throws Exception {
    storage.create(LOG);
    try (var on = watch.watch(LOG)) {
      waiting(on, 10, MINUTE);

      alarms.advance(Duration.ofMillis(200));
      watch.grown(LOG, 10);

      assertThat(looksDuring(Duration.ofMillis(249))).isZero();
      assertThat(looksDuring(Duration.ofMillis(1))).isEqualTo(1);
    }
  }

  @Test
  void a_thousand_watchers_of_one_log_cost_one_look_and_all_hear_of_the_change() throws Exception {
    storage.create(LOG);
    var watches = new ArrayList<LogWatch.Watch>();
    var waiting = new ArrayList<FutureTask<Boolean>>();
    for (int i = 0; i < 1000; i++) {
      watches.add(watch.watch(LOG));
      var one = watches.getLast();
      waiting.add(new FutureTask<>(() -> one.await(0, MINUTE)));
    }
    waiting.forEach(Thread.ofVirtual()::start);
    alarms.awaitSet(1001);

    assertThat(looksDuring(Duration.ofMillis(250))).isEqualTo(1);
    assertThat(looksDuring(Duration.ofMillis(500))).isEqualTo(1);
    storage.append(LOG, 0, TEN);
    assertThat(looksDuring(Duration.ofMillis(1000))).isEqualTo(1);

    for (var one : waiting) {
      assertThat(one.get()).isTrue();
    }
    watches.forEach(LogWatch.Watch::close);
    assertThat(watch.size()).isZero();
    assertThat(alarms.size()).isZero();
  }

  @Test
  void watchers_of_different_logs_do_not_wake_each_other() throws Exception {
    try (var on = watch.watch(LOG);
        var other = watch.watch("jobs/default/j2/log")) {
      var first = waiting(on, 0, MINUTE);
      var second = new FutureTask<>(() -> other.await(0, MINUTE));
      Thread.ofVirtual().start(second);
      alarms.awaitSet(4);

      watch.grown("jobs/default/j2/log", 1);

      assertThat(second.get()).isTrue();
      assertThat(first.isDone()).isFalse();
    }
  }

  @Test
  void a_wait_ends_at_its_limit_and_leaves_nothing_behind() throws Exception {
    storage.create(LOG);
    try (var on = watch.watch(LOG)) {
      var waiting = waiting(on, 0, Duration.ofSeconds(3));

      alarms.advance(Duration.ofSeconds(3));

      assertThat(waiting.get()).isFalse();
      assertThat(alarms.size()).isZero();
    }
    assertThat(watch.size()).isZero();
  }

  @Test
  void no_wait_is_longer_than_the_longest_allowed() throws Exception {
    try (var on = watch.watch(LOG)) {
      var waiting = waiting(on, 0, Duration.ofDays(1));

      alarms.advance(LogWatch.LONGEST_WAIT);

      assertThat(waiting.get()).isFalse();
    }
  }

  @Test
  void a_limit_of_nothing_does_not_wait() {
    Alarms atOnce =
        (delay, what) -> {
          if (!delay.isPositive()) {
            what.run();
          }
          return () -> {};
        };
    try (var on = new LogWatch(storage, atOnce).watch(LOG)) {
      assertThat(on.await(0, Duration.ZERO)).isFalse();
    }
  }

  @Test
  void an_interrupt_ends_a_wait_is_kept_and_leaves_nothing_behind() throws Exception {
    var kept = new CountDownLatch(1);
    var on = watch.watch(LOG);
    var thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (on) {
                    boolean changed = on.await(0, MINUTE);
                    if (!changed && Thread.currentThread().isInterrupted()) {
                      kept.countDown();
                    }
                  }
                });
    alarms.awaitSet(2);

    thread.interrupt();

    assertThat(kept.await(10, TimeUnit.SECONDS)).isTrue();
    thread.join();
    assertThat(alarms.size()).isZero();
    assertThat(watch.size()).isZero();
  }

  @Test
  void a_log_that_was_deleted_counts_as_changed() throws Exception {
    storage.create(LOG);
    storage.append(LOG, 0, TEN);
    try (var on = watch.watch(LOG)) {
      var waiting = waiting(on, 10, MINUTE);

      storage.delete(LOG);
      alarms.advance(Duration.ofMillis(250));

      assertThat(waiting.get()).isTrue();
    }
  }

  @Test
  void a_log_that_does_not_exist_yet_can_be_waited_for() throws Exception {
    try (var on = watch.watch(LOG)) {
      var waiting = waiting(on, 0, MINUTE);
      alarms.advance(Duration.ofMillis(250));
      assertThat(waiting.isDone()).isFalse();

      storage.create(LOG);
      storage.append(LOG, 0, TEN);
      alarms.advance(Duration.ofMillis(500));

      assertThat(waiting.get()).isTrue();
    }
  }

  @Test
  void a_store_that_is_away_is_asked_again_later() throws Exception {
    storage.create(LOG);
    try (var on = watch.watch(LOG)) {
      var waiting = waiting(on, 0, MINUTE);

      away = true;
      alarms.advance(Duration.ofMillis(250));
      away = false;
      storage.append(LOG, 0, TEN);
      alarms.advance(Duration.ofMillis(500));

      assertThat(waiting.get()).isTrue();
    }
  }

  /** A position may be a client's word. */
  @Test
  void a_watcher_far_beyond_the_end_misleads_nobody() throws Exception {
    storage.create(LOG);
    try (var on = watch.watch(LOG);
        var liar = watch.watch(LOG)) {
      waiting(liar, Long.MAX_VALUE, MINUTE);
      var honest = new FutureTask<>(() -> on.await(0, MINUTE));
      Thread.ofVirtual().start(honest);
      alarms.awaitSet(3);
      alarms.advance(Duration.ofMillis(250));
      assertThat(honest.isDone()).isFalse();

      watch.grown(LOG, 10);

      assertThat(honest.get()).isTrue();
    }
  }

  @Test
  void closing_twice_is_closing_once() {
    var first = watch.watch(LOG);
    try (var second = watch.watch(LOG)) {
      first.close();
      first.close();

      watch.grown(LOG, 1);
      assertThat(second.await(0, MINUTE)).isTrue();
    }
    assertThat(watch.size()).isZero();
  }

  @Test
  void writers_and_watchers_by_the_hundred_lose_no_change() throws Exception {
    var real = new LogWatch(storage, Alarms.real());
    var ends = new AtomicInteger();
    var watchers = new ArrayList<Thread>();
    for (int i = 0; i < 100; i++) {
      watchers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (var on = real.watch(LOG)) {
                      for (long read = ends.get(); read < 1000; read = ends.get()) {
                        on.await(read, MINUTE);
                      }
                    }
                  }));
    }
    for (int i = 0; i < 1000; i++) {
      real.grown(LOG, ends.incrementAndGet());
    }
    for (Thread each : watchers) {
      each.join();
    }

    assertThat(real.size()).isZero();
  }

  @Test
  void real_alarms_ring_and_can_be_called_off() throws Exception {
    var alarms = Alarms.real();
    var rung = new CountDownLatch(1);

    var calledOff = alarms.set(Duration.ofDays(1), () -> {});
    alarms.set(Duration.ofNanos(1), rung::countDown);

    assertThat(rung.await(10, TimeUnit.SECONDS)).isTrue();
    assertThatCode(calledOff::cancel).doesNotThrowAnyException();
  }
}
