package dev.millrace.amqp.wire;

import dev.millrace.broker.Delivery;
import java.util.Map;
import java.util.Set;

/**
 * A message as a receiver gets it: a header, annotations, then the sender's bytes as they came.
 *
 * <p>The header is written by hand, because the count of deliveries must be there even when it is
 * 0: clients take an absent one for a fault.
 */
public final class DeliveryEncoder {
  private static final int USUAL_OVERHEAD = 256;
  private static final String SEQUENCE_NUMBER = "x-opt-sequence-number";
  private static final String ENQUEUED_SEQUENCE_NUMBER = "x-opt-enqueue-sequence-number";
  private static final String ENQUEUED_TIME = "x-opt-enqueued-time";
  private static final String LOCKED_UNTIL = "x-opt-locked-until";
  private static final String STATE = "x-opt-message-state";
  private static final String DEAD_LETTER_SOURCE = "x-opt-deadletter-source";

  /** Ours alone: a sender that passes on what it received may have sent them too. */
  private static final Set<String> OURS =
      Set.of(
          SEQUENCE_NUMBER,
          ENQUEUED_SEQUENCE_NUMBER,
          ENQUEUED_TIME,
          LOCKED_UNTIL,
          STATE,
          DEAD_LETTER_SOURCE);

  private DeliveryEncoder() {}

  public static byte[] encode(Delivery delivery) {
    var out =
        new Encoding(delivery.payload().length + delivery.annotations().length + USUAL_OVERHEAD);
    header(out, delivery);
    annotations(out, delivery);
    if (delivery.changedProperties().isEmpty()) {
      out.copy(delivery.payload(), 0, delivery.payload().length);
    } else {
      changed(out, delivery.payload(), delivery.changedProperties());
    }
    return out.toBytes();
  }

  private static void header(Encoding out, Delivery delivery) {
    out.section(Sections.HEADER);
    int list = out.open(false);
    out.bool(delivery.durable()).ubyte(delivery.priority());
    var timeToLive = delivery.timeToLiveMillis();
    if (timeToLive == null) {
      out.nothing();
    } else {
      out.uint(Math.min(timeToLive, 0xffff_ffffL));
    }
    out.bool(false).uint(delivery.deliveryCount());
    out.close(list, 5);
  }

  private static void annotations(Encoding out, Delivery delivery) {
    out.section(Sections.MESSAGE_ANNOTATIONS);
    int map = out.open(true);
    int count = 4;
    out.symbol(SEQUENCE_NUMBER).number64(delivery.sequenceNumber());
    out.symbol(ENQUEUED_SEQUENCE_NUMBER).number64(delivery.enqueuedSequenceNumber());
    out.symbol(ENQUEUED_TIME).timestamp(delivery.enqueuedAt());
    out.symbol(STATE).integer(number(delivery.state()));
    if (delivery.lockedUntil() != null) {
      out.symbol(LOCKED_UNTIL).timestamp(delivery.lockedUntil());
      count++;
    }
    if (delivery.deadLetterSource() != null) {
      out.symbol(DEAD_LETTER_SOURCE).string(delivery.deadLetterSource());
      count++;
    }
    count += entries(out, delivery.annotations(), 0, delivery.annotations().length, OURS);
    out.close(map, count * 2);
  }

  private static int number(Delivery.State state) {
    return switch (state) {
      case ACTIVE -> 0;
      case DEFERRED -> 1;
      case SCHEDULED -> 2;
    };
  }

  private static void changed(Encoding out, byte[] payload, Map<String, Object> changes) {
    var sections = MessageSections.of(payload);
    var old = sections.applicationProperties;
    out.copy(payload, sections.properties.start(), sections.properties.end());
    out.section(Sections.APPLICATION_PROPERTIES);
    int map = out.open(true);
    int kept = old.present() ? entries(out, payload, old.value(), old.end(), changes.keySet()) : 0;
    changes.forEach((name, value) -> out.string(name).any(value));
    out.close(map, (kept + changes.size()) * 2);
    out.copy(payload, sections.body, payload.length);
  }

  /** Copies the entries of an encoded map, without those named, and says how many it copied. */
  private static int entries(Encoding out, byte[] bytes, int start, int end, Set<String> without) {
    int copied = 0;
    if (end > start) {
      var cursor = new Cursor(bytes, start, end);
      for (int left = cursor.open(); left > 1; left -= 2) {
        int entry = cursor.position();
        var name = cursor.value();
        cursor.skip();
        if (!(name instanceof String text && without.contains(text))) {
          out.copy(bytes, entry, cursor.position());
          copied++;
        }
      }
    }
    return copied;
  }
}
