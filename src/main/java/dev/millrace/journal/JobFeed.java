package dev.millrace.journal;

import dev.millrace.job.JobRef;
import dev.millrace.storage.Layout;
import java.util.ArrayList;
import java.util.List;

/**
 * A job's log, entry by entry, each with the position behind it: whoever has seen a position needs
 * nothing before it again, in whichever process. Belongs to one thread.
 */
public final class JobFeed {
  private final Journal journal;
  private final String owner;
  private long position;

  JobFeed(Journal journal, JobRef job) {
    this.journal = journal;
    this.owner = Layout.job(job);
  }

  /** An entry, and where the log goes on behind it. */
  public record Placed(long end, Entry entry) {}

  /** What was written since the last reading. What a later version wrote is passed over. */
  public List<Placed> read() {
    byte[] tail = Log.bytes(journal.storage(), Layout.log(owner), position);
    var entries = new ArrayList<Placed>();
    int from = 0;
    for (int i = 0; i < tail.length; i++) {
      if (tail[i] == '\n') {
        byte[] line = java.util.Arrays.copyOfRange(tail, from, i + 1);
        from = i + 1;
        long end = position + from;
        journal
            .entries()
            .read(journal.storage(), owner, line)
            .lines()
            .forEach(read -> entries.add(new Placed(end, read.entry())));
      }
    }
    position += from;
    return entries;
  }

  public long position() {
    return position;
  }

  /** Whether the log is not there any more: its job was deleted. */
  public boolean gone() {
    return journal.storage().stat(Layout.log(owner)).isEmpty();
  }
}
