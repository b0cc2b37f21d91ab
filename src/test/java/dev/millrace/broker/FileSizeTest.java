package dev.millrace.broker;

import static dev.millrace.broker.Fixture.COMPLETE;
import static dev.millrace.broker.Fixture.PLAIN;
import static dev.millrace.broker.Fixture.done;
import static dev.millrace.broker.Fixture.message;
import static dev.millrace.broker.Fixture.token;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.broker.setup.Sending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What passes through leaves no trace, however much it is. */
final class FileSizeTest {
  private static final int MESSAGES = Boolean.getBoolean("millrace.full") ? 300_000 : 40_000;
  private static final int LIVE = 2000;
  private static final String KILOBYTE = "x".repeat(1024);

  @TempDir Path directory;

  @Test
  void a_steady_flow_does_not_make_the_file_grow() throws IOException {
    try (var f = Fixture.queue(directory)) {
      flow(f, 50, 0);

      assertEquals(LIVE, f.queue().activeMessages());
      assertSmall(LIVE);
    }
  }

  @Test
  void messages_that_stay_among_many_that_go_do_not_hold_on_to_their_space() throws IOException {
    var receiving = PLAIN.withMaxDeliveryCount(2000);
    try (var f = Fixture.queue(directory, receiving, Sending.DEFAULT)) {
      flow(f, 10, 10);

      assertSmall(LIVE + MESSAGES / 10);
    }
  }

  @Test
  void what_was_noted_about_a_message_goes_with_it() throws IOException {
    try (var f = Fixture.queue(directory)) {
      for (int i = 0; i < 80; i++) {
        done(f.queue().publish(batch(50)));
        var note = new Settlement.Abandon(Map.of("note", KILOBYTE.repeat(10)));
        settle(f, note);
        settle(f, COMPLETE);
      }

      assertSmall(0);
    }
  }

  private static void settle(Fixture f, Settlement how) {
    var answers = f.receive(50).stream().map(each -> f.queue().settle(token(each), how)).toList();
    answers.forEach(Fixture::done);
  }

  /** Every so many, one is deferred for ever instead; 0 for none. */
  private static void flow(Fixture f, int atOnce, int deferred) {
    var live = new ArrayList<Delivery>();
    for (int sent = 0; sent < MESSAGES; sent += atOnce) {
      done(f.queue().publish(batch(atOnce)));
      live.addAll(f.receive(atOnce));
      List<CompletionStage<Void>> answers = new ArrayList<>();
      while (live.size() > LIVE) {
        Delivery oldest = live.removeFirst();
        boolean stays = deferred > 0 && oldest.sequenceNumber() % deferred == 0;
        answers.add(f.queue().settle(token(oldest), stays ? Fixture.DEFER : COMPLETE));
      }
      answers.forEach(Fixture::done);
    }
  }

  private static List<Message> batch(int size) {
    List<Message> batch = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      batch.add(message(KILOBYTE));
    }
    return batch;
  }

  /** Not many times what lies in it. */
  private void assertSmall(int messages) throws IOException {
    long limit = (8L << 20) + 4L * messages * KILOBYTE.length();
    long size = Files.size(directory.resolve("broker.mv"));
    assertTrue(size < limit, () -> "the file has %,d bytes, not %,d".formatted(size, limit));
  }
}
