package dev.millrace.amqp.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A transfer of many messages: each is the content of one data section. */
public final class BatchReader {
  /** The message format of a transfer that holds several messages. */
  public static final int FORMAT = 0x80013700;

  private BatchReader() {}

  /**
   * The messages in their order. What stands before the first, an envelope of annotations and
   * properties, speaks of the transfer and is left out.
   *
   * @throws Unreadable when it is no such transfer
   */
  public static List<byte[]> messages(byte[] transfer) {
    var messages = new ArrayList<byte[]>();
    var cursor = new Cursor(transfer, 0, transfer.length);
    while (!cursor.atEnd()) {
      if (cursor.descriptor() == Sections.DATA) {
        int length = cursor.openBytes();
        int from = cursor.position();
        cursor.move(length);
        messages.add(Arrays.copyOfRange(transfer, from, cursor.position()));
      } else {
        cursor.skip();
      }
    }
    return messages;
  }
}
