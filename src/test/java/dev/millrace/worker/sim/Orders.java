package dev.millrace.worker.sim;

import dev.millrace.Json;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.Reading;
import dev.millrace.bus.RequestReader;
import dev.millrace.job.Digest;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.journal.ConversationEntry;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Lines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Watches the order of things while they happen: what may be done only after something else is
 * durable, and what may not be begun any more.
 */
final class Orders {
  /** A lock may be lost between the last look at it and the deed. */
  private static final Duration BETWEEN = Duration.ofSeconds(5);

  private final World world;
  private final RequestReader reader = new RequestReader(Json.MAPPER, "analyst");
  private final List<String> broken = new ArrayList<>();
  private final Map<String, Long> lockLost = new HashMap<>();

  Orders(World world) {
    this.world = world;
  }

  List<String> broken() {
    return broken;
  }

  void lockLost(String delivery) {
    lockLost.putIfAbsent(delivery, world.sim.millis());
  }

  /** Nothing is begun, and no end is told, by a delivery that is known to have lost its lock. */
  void beginning(String what) {
    Long lost = lockLost.get(world.sim.current().delivery);
    if (lost != null && world.sim.millis() - lost > BETWEEN.toMillis()) {
      broken.add("LOCK " + what + " though the lock was gone");
    }
  }

  void publishing(String messageId, String body) {
    if (!messageId.contains("/conflict/")) {
      var job = new JobRef("default", new JobId(messageId.substring(0, messageId.indexOf('/'))));
      if (ended(job).filter(end -> end.result().equals(body)).isEmpty()) {
        broken.add("ORDER " + messageId + " published before its end");
      }
    }
  }

  /** A delivery that ended a job, or was given out after its end, leaves no result untold. */
  void settling(Delivery.Received message, long receivedAt) {
    job(message)
        .filter(job -> endKnown(message, job, receivedAt) && !published(job))
        .ifPresent(
            job ->
                broken.add(
                    "ORDER " + message.identity() + " settled before its result was published"));
  }

  private boolean endKnown(Delivery.Received message, JobRef job, long receivedAt) {
    String name = log(job);
    if (!world.store.has(name)) {
      return false;
    }
    var lines = Lines.job(world.store.bytes(name));
    var end = lines.stream().filter(line -> line.entry() instanceof Entry.Ended).findFirst();
    if (end.isEmpty() || anotherRequest((Entry.Submitted) lines.getFirst().entry(), message)) {
      return false;
    }
    String me = world.sim.current().delivery;
    long at = end.get().position();
    return world.store.written().stream()
        .filter(write -> write.name().equals(name) && write.from() <= at && at < write.to())
        .anyMatch(write -> write.at() < receivedAt || write.writer().equals(me));
  }

  /** Whether a message carries a request of its own, under an id that stands for another. */
  private boolean anotherRequest(Entry.Submitted submitted, Delivery.Received message) {
    return !(reader.read(message.body()) instanceof Reading.PointsTo)
        && !submitted.requestHash().equals(Digest.sha256(message.body()));
  }

  private static String log(JobRef job) {
    return "jobs/" + job.tenant() + "/" + job.id() + "/log";
  }

  void appended(String name, byte[] bytes) {
    if (name.startsWith("conversations/")) {
      for (var line : Lines.conversation(bytes)) {
        if (line.entry() instanceof ConversationEntry.Turn turn
            && !published(new JobRef("default", new JobId(turn.jobId())))) {
          broken.add("ORDER the turn of " + turn.jobId() + " before its result was published");
        }
      }
    }
  }

  /** Whether a job that has ended has been published, wherever that is possible. */
  private boolean published(JobRef job) {
    return ended(job).stream()
        .flatMap(end -> end.outbox().stream())
        .filter(out -> !out.target().equals("nowhere"))
        .allMatch(
            out ->
                world.broker.published().stream()
                    .anyMatch(
                        p ->
                            p.target().equals(out.target())
                                && p.message().messageId().equals(out.messageId())));
  }

  private Optional<Entry.Ended> ended(JobRef job) {
    return Stream.of(log(job))
        .filter(world.store::has)
        .flatMap(log -> Lines.job(world.store.bytes(log)).stream())
        .flatMap(line -> line.entry() instanceof Entry.Ended end ? Stream.of(end) : Stream.of())
        .findFirst();
  }

  private Optional<JobRef> job(Delivery.Received message) {
    return switch (reader.read(message.body())) {
      case Reading.PointsTo(JobRef job) -> Optional.of(job);
      case Reading.Unreadable unreadable -> Optional.empty();
      case Reading.Wants wants -> Optional.of(direct(message));
      case Reading.Wrong wrong -> Optional.of(direct(message));
    };
  }

  private static JobRef direct(Delivery.Received message) {
    return new JobRef("default", JobId.ofMessage("default", message.entity(), message.identity()));
  }
}
