package dev.millrace.broker.entity;

/** How much a queue or a topic may hold, copies and dead letters included. */
final class Quota {
  private final long max;
  private long used;

  Quota(long max) {
    this.max = max;
  }

  boolean hasRoomFor(long bytes) {
    return used + bytes <= max;
  }

  void take(long bytes) {
    used += bytes;
  }

  void give(long bytes) {
    used -= bytes;
  }
}
