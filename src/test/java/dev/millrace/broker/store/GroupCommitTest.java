package dev.millrace.broker.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.broker.Refused;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class GroupCommitTest {
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  @Test
  void all_that_came_during_a_flush_is_committed_by_the_next_one_in_its_order() throws Exception {
    var first = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var commits =
        new GroupCommit(
            () -> {
              events.add("flush");
              first.countDown();
              awaitQuietly(go);
            });
    commits.start();
    commits.submit(named("a"));
    assertTrue(first.await(20, TimeUnit.SECONDS));
    commits.submit(named("b"));
    commits.submit(named("c"));

    go.countDown();
    commits.close();

    assertEquals(List.of("flush", "a", "flush", "b", "c"), List.copyOf(events));
  }

  @Test
  void a_failed_flush_is_told_to_everybody_and_ends_it() throws Exception {
    var go = new CountDownLatch(1);
    var commits =
        new GroupCommit(
            () -> {
              awaitQuietly(go);
              throw new IllegalStateException("the disk is full");
            });
    commits.start();
    commits.submit(named("a"));
    commits.submit(named("b"));
    go.countDown();

    assertEquals("a failed", events.poll(20, TimeUnit.SECONDS));
    assertEquals("b failed", events.poll(20, TimeUnit.SECONDS));
    commits.submit(named("c"));
    assertEquals("c failed", events.poll(20, TimeUnit.SECONDS));
    var refused = assertThrows(Refused.class, commits::check);
    assertEquals(Refused.Reason.UNAVAILABLE, refused.reason());
    commits.close();
  }

  private Transaction named(String name) {
    var transaction = new Transaction();
    transaction.answer(
        new Transaction.Answer() {
          @Override
          public void committed() {
            events.add(name);
          }

          @Override
          public void failed(RuntimeException why) {
            events.add(name + " failed");
          }
        });
    return transaction;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
