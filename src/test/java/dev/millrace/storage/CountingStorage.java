package dev.millrace.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Counts what it is asked for. */
public class CountingStorage extends MemoryStorage {
  private final AtomicLong questions = new AtomicLong();
  private final AtomicLong bytesRead = new AtomicLong();
  private final AtomicLong bytesAppended = new AtomicLong();

  public CountingStorage(InstantSource clock) {
    super(clock);
  }

  /** How often anything was read, listed or looked at. */
  public long questions() {
    return questions.get();
  }

  public long bytesRead() {
    return bytesRead.get();
  }

  public long bytesAppended() {
    return bytesAppended.get();
  }

  @Override
  public Append append(String name, long position, byte[] bytes) {
    bytesAppended.addAndGet(bytes.length);
    return super.append(name, position, bytes);
  }

  @Override
  public Optional<InputStream> open(String name, long from, long length) {
    questions.incrementAndGet();
    return super.open(name, from, length).map(this::counted);
  }

  @Override
  public Optional<Stat> stat(String name) {
    questions.incrementAndGet();
    return super.stat(name);
  }

  @Override
  public Page list(String prefix, @Nullable String continuation, int limit) {
    questions.incrementAndGet();
    return super.list(prefix, continuation, limit);
  }

  private InputStream counted(InputStream bytes) {
    return new FilterInputStream(bytes) {
      @Override
      public int read() throws IOException {
        int read = super.read();
        bytesRead.addAndGet(read < 0 ? 0 : 1);
        return read;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        bytesRead.addAndGet(Math.max(0, read));
        return read;
      }
    };
  }
}
