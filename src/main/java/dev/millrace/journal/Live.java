package dev.millrace.journal;

import dev.millrace.storage.Storage;
import java.nio.charset.StandardCharsets;

/**
 * What a job says while it works: lines of JSON, {@code {"event": "text" | "output", "data": {…}}},
 * whose data names the step. It is there only for who asks to watch, and never the truth: the log
 * says the same once a step is done. Belongs to one thread.
 */
public final class Live {
  private final Storage storage;
  private final LogWatch watchers;
  private final String name;
  private long position;

  Live(Storage storage, LogWatch watchers, String name) {
    this.storage = storage;
    this.watchers = watchers;
    this.name = name;
  }

  /**
   * Writes lines, each with its line break, behind whatever is there.
   *
   * @throws dev.millrace.job.Unavailable when the store does not take them; they may be left out
   */
  public void write(String lines) {
    write(lines, Long.MAX_VALUE);
  }

  /** Writes lines, unless there would be more bytes than {@code most} then, whoever wrote them. */
  void write(String lines, long most) {
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    while (position + bytes.length <= most) {
      switch (storage.append(name, position, bytes)) {
        case Storage.Append.Done(long end) -> {
          position = end;
          watchers.grown(name, end);
          return;
        }
        case Storage.Append.Missing() -> storage.create(name);
        case Storage.Append.Refused() -> position = length();
      }
    }
  }

  private long length() {
    return storage.stat(name).map(Storage.Stat::length).orElse(0L);
  }

  /** The lines that are there and were not read yet. */
  public String read() {
    String text = new String(Log.bytes(storage, name, position), StandardCharsets.UTF_8);
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    position += whole.getBytes(StandardCharsets.UTF_8).length;
    return whole;
  }

  public long position() {
    return position;
  }

  /** Watches for more. */
  public LogWatch.Watch watch() {
    return watchers.watch(name);
  }
}
