package dev.millrace.journal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Marks for entries, all of one length, that tell who wrote them and count. */
public final class Marks implements Supplier<String> {
  private final AtomicInteger count = new AtomicInteger();
  private final String writer;

  public Marks(String writer) {
    this.writer = writer;
  }

  @Override
  public String get() {
    return "%s-%06d".formatted(writer, count.incrementAndGet());
  }
}
