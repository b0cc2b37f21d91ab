package dev.millrace.broker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that sends and settles, again and again, on the same store. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class KillTest {
  private static final int ROUNDS = Boolean.getBoolean("millrace.full") ? 30 : 3;

  @TempDir Path directory;

  /** What was granted to be in the queue, and what was granted to be gone. */
  private final Set<String> sent = new HashSet<>();

  private final Set<String> gone = new HashSet<>();

  /** What was asked for and not answered may be either way. */
  private final Set<String> open = new HashSet<>();

  private final Set<String> leaving = new HashSet<>();

  @Test
  void no_granted_message_is_lost_no_completed_one_comes_back_and_no_batch_is_halved()
      throws Exception {
    var random = new Random(7);
    for (int round = 0; round < ROUNDS; round++) {
      int lines = 200 + random.nextInt(3000);
      Process process = OtherBroker.start("work", directory, round);
      try (var output = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
        String line = output.readLine();
        for (int i = 0; line != null; i++) {
          heed(line);
          if (i == lines) {
            // Not that of Process, which closes what it has said as well.
            process.toHandle().destroyForcibly();
          }
          line = output.readLine();
        }
      } finally {
        process.destroyForcibly();
      }
      assertTrue(process.waitFor(20, TimeUnit.SECONDS));
      check(round);
    }
    assertFalse(sent.isEmpty());
    assertFalse(gone.isEmpty());
  }

  private void heed(String line) {
    // The last one may be cut.
    if (!line.endsWith(".")) {
      return;
    }
    String name = line.substring(2, line.length() - 1);
    switch (line.charAt(0)) {
      case '?' -> open.add(name);
      case '+' -> {
        // It may have been received before its sender was answered.
        if (!leaving.contains(name)) {
          open.remove(name);
          sent.add(name);
        }
      }
      case '~' -> {
        leaving.add(name);
        sent.remove(name);
        open.add(name);
      }
      case '-' -> {
        open.remove(name);
        gone.add(name);
      }
      default -> throw new AssertionError(line);
    }
  }

  private static void collect(Queue queue, Set<String> there) {
    long from = 0;
    for (List<Delivery> page = queue.peek(from, 1000, null);
        !page.isEmpty();
        page = queue.peek(from, 1000, null)) {
      page.forEach(each -> assertTrue(there.add(new String(each.payload(), US_ASCII))));
      from = page.getLast().sequenceNumber() + 1;
    }
  }

  /** A batch that nobody was told about came in as a whole or not at all. */
  private void assertWhole(Set<String> there) {
    for (String each : open) {
      if (there.contains(each)) {
        int end = each.lastIndexOf('-');
        String batch = each.substring(0, end + 1);
        int number = Integer.parseInt(each.substring(each.lastIndexOf('-', end - 1) + 1, end));
        for (int i = 0; i < OtherBroker.batchSize(number); i++) {
          String sibling = batch + i;
          assertTrue(
              there.contains(sibling) || leaving.contains(sibling) || gone.contains(sibling),
              () -> each + " is there without " + sibling);
        }
      }
    }
  }

  private void check(int round) throws IOException {
    try (var f = Fixture.queue(directory)) {
      // Who was abandoned too often is a dead letter; nobody is both.
      Set<String> there = new HashSet<>();
      collect(f.queue(), there);
      collect(f.queue().deadLetters(), there);
      var lost = new HashSet<>(sent);
      lost.removeAll(there);
      assertEquals(Set.of(), lost, "lost in round " + round);
      var back = new HashSet<>(there);
      back.retainAll(gone);
      assertEquals(Set.of(), back, "came back in round " + round);
      assertWhole(there);
      // From here on it is known.
      sent.addAll(there);
      for (String each : open) {
        if (!there.contains(each)) {
          gone.add(each);
        }
      }
      open.clear();
      leaving.clear();
    }
    assertTrue(Files.size(directory.resolve("broker.mv")) < 64 << 20);
  }
}
