package dev.millrace.broker.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing reaches the file but by a commit: half a transaction there would outlive a crash. */
final class StoreTest {
  private static final int MEGABYTE = 1 << 20;

  @TempDir Path directory;

  @Test
  void what_is_not_committed_is_not_written_however_much_it_is() throws Exception {
    try (var store = Store.open(directory, false, 0)) {
      Table<Long, Stored> messages = store.messages("q");
      store.start();
      committed(store, put(messages, 0));
      long before = size();

      for (long i = 1; i <= 32; i++) {
        put(messages, i).apply();
      }

      assertEquals(before, size());
      committed(store, new Transaction());
      assertTrue(size() > before + 32 * MEGABYTE, () -> "not written by a commit either");
    }
  }

  @Test
  void no_thread_commits_by_itself() {
    try (var store = Store.open(directory, false, 0)) {
      store.start();

      assertTrue(
          Thread.getAllStackTraces().keySet().stream()
              .noneMatch(
                  thread ->
                      thread.getName().startsWith("MVStore background writer")
                          && thread.getName().contains(directory.toString())));
    }
  }

  private static Transaction put(Table<Long, Stored> messages, long number) {
    var transaction = new Transaction();
    var message =
        new Stored(
            new byte[MEGABYTE], new byte[0], true, 4, null, null, number, 0, Long.MAX_VALUE, 0);
    transaction.put(messages, number, message);
    return transaction;
  }

  private static void committed(Store store, Transaction transaction) throws InterruptedException {
    var done = new CountDownLatch(1);
    transaction.answer(
        new Transaction.Answer() {
          @Override
          public void committed() {
            done.countDown();
          }

          @Override
          public void failed(RuntimeException why) {
            throw why;
          }
        });
    store.submit(transaction);
    assertTrue(done.await(20, TimeUnit.SECONDS));
  }

  private long size() throws IOException {
    return Files.size(directory.resolve("broker.mv"));
  }
}
