package dev.millrace.amqp.wire;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * A lock token as the tag of a delivery: the 16 bytes of a .NET GUID, whose first three fields are
 * little-endian. In the bodies of management requests tokens are plain AMQP uuids.
 */
public final class LockToken {
  private static final int LENGTH = 16;

  private LockToken() {}

  public static byte[] tag(UUID token) {
    return swapped(
        ByteBuffer.allocate(LENGTH)
            .putLong(token.getMostSignificantBits())
            .putLong(token.getLeastSignificantBits())
            .array());
  }

  /**
   * @throws IllegalArgumentException for a tag that is no lock token
   */
  public static UUID of(byte[] tag) {
    if (tag.length != LENGTH) {
      throw new IllegalArgumentException("a lock token has 16 bytes, not " + tag.length);
    }
    var bytes = ByteBuffer.wrap(swapped(tag));
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  private static byte[] swapped(byte[] b) {
    return new byte[] {
      b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
      b[15]
    };
  }
}
