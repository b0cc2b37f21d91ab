package dev.millrace.amqp.link;

import org.apache.qpid.protonj2.engine.IncomingDelivery;

/** The bytes of a delivery that has arrived whole. */
public final class Payload {
  private static final byte[] NONE = {};

  private Payload() {}

  public static byte[] of(IncomingDelivery delivery) {
    var all = delivery.readAll();
    if (all == null) {
      return NONE;
    }
    try (all) {
      var bytes = new byte[all.getReadableBytes()];
      all.readBytes(bytes, 0, bytes.length);
      return bytes;
    }
  }
}
