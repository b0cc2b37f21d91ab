package dev.millrace.amqp.wire;

/** The descriptors of the sections of a message (AMQP 1.0, section 3.2). */
final class Sections {
  static final int HEADER = 0x70;
  static final int DELIVERY_ANNOTATIONS = 0x71;
  static final int MESSAGE_ANNOTATIONS = 0x72;
  static final int PROPERTIES = 0x73;
  static final int APPLICATION_PROPERTIES = 0x74;
  static final int DATA = 0x75;
  static final int SEQUENCE = 0x76;
  static final int VALUE = 0x77;
  static final int FOOTER = 0x78;

  private Sections() {}

  static long named(String symbol) {
    return switch (symbol) {
      case "amqp:header:list" -> HEADER;
      case "amqp:delivery-annotations:map" -> DELIVERY_ANNOTATIONS;
      case "amqp:message-annotations:map" -> MESSAGE_ANNOTATIONS;
      case "amqp:properties:list" -> PROPERTIES;
      case "amqp:application-properties:map" -> APPLICATION_PROPERTIES;
      case "amqp:data:binary" -> DATA;
      case "amqp:amqp-sequence:list" -> SEQUENCE;
      case "amqp:amqp-value:*" -> VALUE;
      case "amqp:footer:map" -> FOOTER;
      default -> throw new Unreadable("a message has no section " + symbol);
    };
  }
}
