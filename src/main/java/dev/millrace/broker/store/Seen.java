package dev.millrace.broker.store;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;

/** A message id that came in: the number its message got, and until when it counts. */
public record Seen(long number, long until) {
  static final Packed<Seen> PACKED = new Packed<>(Seen::write, Seen::read, seen -> 40);

  private static void write(WriteBuffer to, Seen seen) {
    to.putVarLong(seen.number).putVarLong(seen.until);
  }

  private static Seen read(ByteBuffer from) {
    return new Seen(DataUtils.readVarLong(from), DataUtils.readVarLong(from));
  }
}
