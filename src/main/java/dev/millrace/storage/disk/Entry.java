package dev.millrace.storage.disk;

import java.time.Instant;
import java.util.Arrays;

/** What memory knows of a name that changed since it was last brought to its file. Immutable. */
@SuppressWarnings("ArrayRecordComponent") // Never compared, never handed out.
sealed interface Entry {

  /** Deleted. The files below may still have it. */
  record Gone() implements Entry {}

  /** Something is there. */
  sealed interface Present extends Entry {
    long length();

    Instant modified();

    /** Nothing of this name lies below, so that nothing needs to be done when it goes. */
    boolean alone();
  }

  /** A blob whose bytes are in memory. */
  record Small(byte[] bytes, Instant modified, boolean alone) implements Present {
    @Override
    public long length() {
      return bytes.length;
    }
  }

  /** A blob whose bytes wait in a file of their own. */
  record Parked(String file, long length, Instant modified, boolean alone) implements Present {}

  /**
   * A log: what lies below has {@code base} bytes of it, the rest is the first {@code used} bytes
   * of {@code tail}. Later versions of the same log may share the array and use more of it.
   *
   * @param fresh it begins here; whatever lies below is another one's
   */
  record Log(boolean fresh, long base, byte[] tail, int used, Instant modified, boolean alone)
      implements Present {
    private static final byte[] NOTHING = {};

    static Log created(Instant at, boolean alone) {
      return new Log(true, 0, NOTHING, 0, at, alone);
    }

    static Log grownFrom(long base, Instant at) {
      return new Log(false, base, NOTHING, 0, at, false);
    }

    @Override
    public long length() {
      return base + used;
    }

    Log append(byte[] bytes, Instant at) {
      int end = used + bytes.length;
      byte[] room = tail;
      if (end > room.length) {
        room = Arrays.copyOf(tail, Math.max(end, Math.min(used * 2, used + (1 << 20))));
      }
      System.arraycopy(bytes, 0, room, used, bytes.length);
      return new Log(fresh, base, room, end, at, alone);
    }
  }
}
