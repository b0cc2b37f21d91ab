package dev.millrace.amqp.wire;

import java.nio.BufferUnderflowException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An encoded message, and where each of its sections is. The body is found but not decoded. A
 * section that is absent begins and ends at the same place.
 */
final class MessageSections {
  final byte[] bytes;
  Span header = Span.NONE;
  Span annotations = Span.NONE;
  Span properties = Span.NONE;
  Span applicationProperties = Span.NONE;

  /** Where the body begins, or the end if there is none. */
  int body;

  /** From where a sender's bytes go to the receiver as they are. */
  int bare;

  private MessageSections(byte[] bytes) {
    this.bytes = bytes;
    this.body = bytes.length;
    this.bare = bytes.length;
  }

  /**
   * @throws Unreadable when it is no message
   */
  static MessageSections of(byte[] message) {
    var found = new MessageSections(message);
    try {
      found.look();
    } catch (BufferUnderflowException e) {
      throw new Unreadable("the message ends within a value", e);
    }
    return found;
  }

  /** A section's value, behind its descriptor; {@code start} is where its descriptor is. */
  record Span(int start, int value, int end) {
    static final Span NONE = new Span(0, 0, 0);

    boolean present() {
      return end > start;
    }
  }

  /** Those of its properties that rules and receivers ask for. */
  Named properties() {
    var fields = new @Nullable Object[Named.FIELDS];
    if (properties.present()) {
      var cursor = cursor(properties);
      int count = Math.min(cursor.open(), fields.length);
      for (int i = 0; i < count; i++) {
        fields[i] = cursor.value();
      }
    }
    return new Named(
        text(fields[0]),
        text(fields[2]),
        text(fields[3]),
        text(fields[4]),
        text(fields[5]),
        text(fields[6]),
        text(fields[10]),
        text(fields[12]));
  }

  /** What a message says of itself. */
  record Named(
      @Nullable String messageId,
      @Nullable String to,
      @Nullable String subject,
      @Nullable String replyTo,
      @Nullable String correlationId,
      @Nullable String contentType,
      @Nullable String groupId,
      @Nullable String replyToGroupId) {
    static final int FIELDS = 13;
  }

  /** The application properties, as {@link Cursor#value} reads them. */
  Map<String, Object> applicationProperties() {
    var map = new LinkedHashMap<String, Object>();
    if (applicationProperties.present()) {
      var cursor = cursor(applicationProperties);
      for (int left = cursor.open(); left > 1; left -= 2) {
        var name = cursor.value();
        var value = cursor.value();
        if (name instanceof String text && value != null) {
          map.put(text, value);
        }
      }
    }
    return map;
  }

  /** The same message with an id, which some clients cannot settle a message without. */
  MessageSections withMessageId(String id) {
    var out = new Encoding(bytes.length + 64);
    int before = properties.present() ? properties.start() : bare;
    out.copy(bytes, 0, before).section(Sections.PROPERTIES);
    int list = out.open(false);
    out.string(id);
    int count = 1;
    if (properties.present()) {
      var cursor = cursor(properties);
      count = Math.max(1, cursor.open());
      if (count > 1) {
        cursor.skip();
      }
      out.copy(bytes, cursor.position(), count > 1 ? properties.end() : cursor.position());
    }
    out.close(list, count);
    out.copy(bytes, properties.present() ? properties.end() : bare, bytes.length);
    return of(out.toBytes());
  }

  /** The header's fields that travel on; the count of deliveries is the broker's. */
  record Header(@Nullable Boolean durable, @Nullable Integer priority, @Nullable Long timeToLive) {}

  Header header() {
    if (!header.present()) {
      return new Header(null, null, null);
    }
    var cursor = cursor(header);
    int count = cursor.open();
    var durable = count > 0 ? cursor.value() : null;
    var priority = count > 1 ? cursor.value() : null;
    var ttl = count > 2 ? cursor.value() : null;
    return new Header(
        durable instanceof Boolean flag ? flag : null,
        priority instanceof Number number ? number.intValue() : null,
        ttl instanceof Number number ? number.longValue() : null);
  }

  Cursor cursor(Span span) {
    return new Cursor(bytes, span.value(), span.end());
  }

  /** The value of one annotation; null if there is none. */
  @Nullable Object annotation(String name) {
    if (annotations.present()) {
      var cursor = cursor(annotations);
      for (int left = cursor.open(); left > 1; left -= 2) {
        if (name.equals(cursor.value())) {
          return cursor.value();
        }
        cursor.skip();
      }
    }
    return null;
  }

  private void look() {
    var cursor = new Cursor(bytes, 0, bytes.length);
    boolean sawBare = false;
    boolean sawBody = false;
    while (!cursor.atEnd()) {
      int start = cursor.position();
      long section = cursor.descriptor();
      int value = cursor.position();
      cursor.skip();
      var span = new Span(start, value, cursor.position());
      switch ((int) section) {
        case Sections.HEADER -> header = span;
        case Sections.DELIVERY_ANNOTATIONS -> {}
        case Sections.MESSAGE_ANNOTATIONS -> annotations = span;
        case Sections.PROPERTIES -> properties = span;
        case Sections.APPLICATION_PROPERTIES -> applicationProperties = span;
        case Sections.DATA, Sections.SEQUENCE, Sections.VALUE, Sections.FOOTER -> {
          body = sawBody ? body : start;
          sawBody = true;
        }
        default -> throw new Unreadable("a message has no section 0x%x".formatted(section));
      }
      if (section >= Sections.PROPERTIES && !sawBare) {
        bare = start;
        sawBare = true;
      }
    }
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null || value instanceof byte[] ? null : value.toString();
  }
}
