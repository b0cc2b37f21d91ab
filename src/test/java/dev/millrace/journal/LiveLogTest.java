package dev.millrace.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.journal.LiveLog.Piece;
import dev.millrace.storage.MemoryStorage;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveLogTest {
  private static final JobRef JOB = new JobRef("default", new JobId("j1"));

  private final SettableClock clock = new SettableClock();
  private final MemoryStorage storage = new MemoryStorage(clock);
  private final Journal journal = new Journal(storage, Json.MAPPER, clock, new Marks("r"));

  private long length() {
    return storage.bytes("jobs/default/j1/live").length;
  }

  /** Counted in bytes, and with what a worker has written that died. */
  @Test
  void no_more_is_told_than_the_limit_whoever_tells_it() {
    var large = List.of(Piece.text(1, "é".repeat(1 << 20)));
    for (int worker = 0; worker < 3; worker++) {
      var live = journal.telling(JOB);
      live.append(large);
      live.append(large);
    }

    assertThat(length()).isBetween(6L << 20, LiveLog.LARGEST);
    journal.telling(JOB).append(List.of(Piece.text(2, "There is room for this.")));
    assertThat(journal.live(JOB).read()).contains("There is room");
  }
}
