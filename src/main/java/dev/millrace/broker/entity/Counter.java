package dev.millrace.broker.entity;

import dev.millrace.broker.store.Table;

/** Gives out the sequence numbers of one entity; none is ever given out twice. */
final class Counter {
  private final Table<String, Long> numbers;
  private final String name;
  private long last;

  Counter(Table<String, Long> numbers, String name) {
    this.numbers = numbers;
    this.name = name;
    Long stored = numbers.get(name);
    this.last = stored == null ? 0 : stored;
  }

  long next(Work work) {
    work.counted(this);
    return ++last;
  }

  void write(Work work) {
    work.put(numbers, name, last);
  }
}
