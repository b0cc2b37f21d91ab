package dev.millrace.broker.store;

import java.nio.ByteBuffer;
import java.util.Map;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;

/**
 * What became of a message since it came in; kept beside it, so that the message itself is written
 * once.
 *
 * @param changed application properties that were set since
 */
public record Standing(
    int deliveryCount, boolean deferred, boolean dead, Map<String, Object> changed) {
  static final Packed<Standing> PACKED =
      new Packed<>(Standing::write, Standing::read, standing -> 40 + 100 * standing.changed.size());

  private static void write(WriteBuffer to, Standing standing) {
    to.putVarInt(standing.deliveryCount);
    to.put((byte) ((standing.deferred ? 1 : 0) | (standing.dead ? 2 : 0)));
    Values.putProperties(to, standing.changed);
  }

  private static Standing read(ByteBuffer from) {
    int deliveryCount = DataUtils.readVarInt(from);
    byte flags = from.get();
    return new Standing(deliveryCount, (flags & 1) != 0, (flags & 2) != 0, Values.properties(from));
  }
}
