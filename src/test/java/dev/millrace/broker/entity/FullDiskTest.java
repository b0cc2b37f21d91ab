package dev.millrace.broker.entity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.SettableClock;
import dev.millrace.broker.Message;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.PlainReceiver;
import dev.millrace.broker.Queue;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Settlement;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of messages when the disk has no room. */
final class FullDiskTest {
  private static final long PLENTY = 1L << 40;
  private static final long LITTLE = 10L << 20;
  private static final int MEGABYTE = 1 << 20;
  private static final NamespaceSetup SETUP =
      new NamespaceSetup(
          "test", List.of(new QueueSetup("q", Receiving.DEFAULT, Sending.DEFAULT)), List.of());
  private static final Namespace.Options OPTIONS = new Namespace.Options(true, false, 10);

  @TempDir Path directory;

  @Test
  void a_nearly_full_disk_takes_no_more_lets_go_of_what_it_has_and_takes_again() {
    var left = new AtomicLong(PLENTY);
    try (var namespace = open(Store.open(directory, true, 10, left::get))) {
      Queue queue = queue(namespace);
      send(queue, "first");

      left.set(LITTLE);
      complete(queue, 1);
      assertThatThrownBy(() -> send(queue, "refused"))
          .isInstanceOfSatisfying(
              Refused.class,
              refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.ENTITY_FULL))
          .hasMessageStartingWith("The disk is nearly full: there is room for 1");
      assertThat(queue.activeMessages()).isZero();

      left.set(PLENTY);
      send(queue, "second");
      assertThat(queue.activeMessages()).isEqualTo(1);
    }
  }

  @Test
  @EnabledIf("mayMount")
  void nothing_acknowledged_is_lost_on_a_disk_that_others_fill() throws Exception {
    run("mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", directory.toString());
    try {
      fillUp();
    } finally {
      run("umount", directory.toString());
    }
  }

  private void fillUp() throws IOException {
    Path ballast = directory.resolve("ballast");
    int taken = 0;
    try (var namespace = open(Store.open(directory, true, 10))) {
      Queue queue = queue(namespace);
      Refused refused = null;
      while (refused == null) {
        try {
          send(queue, "x".repeat(MEGABYTE / 8));
          taken++;
        } catch (Refused e) {
          refused = e;
        }
      }
      assertThat(refused.reason()).isEqualTo(Refused.Reason.ENTITY_FULL);
      complete(queue, 20);
      taken -= 20;

      fill(ballast);
      assertThatThrownBy(() -> send(queue, "a")).isInstanceOf(Refused.class);
      taken -= completeWhatCanBe(queue);
    }

    Files.delete(ballast);
    try (var namespace = open(Store.open(directory, true, 10))) {
      assertThat(queue(namespace).activeMessages()).isEqualTo(taken);
      send(queue(namespace), "again");
    }
  }

  /** The holes in the file are room too; how far they reach, nobody knows. */
  private static int completeWhatCanBe(Queue queue) {
    int done = 0;
    try {
      while (queue.activeMessages() > 0) {
        complete(queue, 1);
        done++;
      }
    } catch (Refused e) {
      assertThat(e.reason()).isEqualTo(Refused.Reason.UNAVAILABLE);
    }
    return done;
  }

  /** To the last byte. */
  private static void fill(Path ballast) throws IOException {
    try (var out = Files.newOutputStream(ballast)) {
      byte[] bytes = new byte[4096];
      while (true) {
        out.write(bytes);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left on device");
    }
  }

  private static Namespace open(Store store) {
    return LiveNamespace.open(SETUP, new SettableClock(), OPTIONS, store);
  }

  private static Queue queue(Namespace namespace) {
    return (Queue) namespace.entity("q");
  }

  private static void send(Queue queue, String text) {
    done(
        queue.publish(
            List.of(
                new Message(
                    text.getBytes(UTF_8),
                    new byte[0],
                    true,
                    4,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    Map.of()))));
  }

  private static void complete(Queue queue, int count) {
    var answers = new ArrayList<CompletionStage<Void>>();
    var receiver = (PlainReceiver) queue.receiver(Queue.Mode.PEEK_LOCK, () -> {});
    for (var delivery : receiver.receive(count)) {
      answers.add(queue.settle(delivery.lockToken(), new Settlement.Complete()));
    }
    answers.forEach(FullDiskTest::done);
  }

  private static void done(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof Refused refused ? refused : e;
    }
  }

  /** Root of a whole machine may; root of a container seldom. */
  static boolean mayMount() throws IOException, InterruptedException {
    Path tried = Files.createTempDirectory("mount");
    try {
      boolean may = exit("mount", "-t", "tmpfs", "tmpfs", tried.toString()) == 0;
      return may && exit("umount", tried.toString()) == 0;
    } catch (IOException e) {
      return false; // there is no such program
    } finally {
      Files.delete(tried);
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(exit(command)).as(String.join(" ", command)).isZero();
  }

  private static int exit(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
