package dev.millrace.broker.entity;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A session: what is available of it, what its holder has, and its state. */
final class Session {
  final String id;
  final TreeSet<Entry> available = new TreeSet<>(Entry.BY_NUMBER);
  final Map<UUID, Entry> handedOut = new LinkedHashMap<>();
  int entries;
  @Nullable LiveSessionReceiver holder;
  long lockedUntil;
  byte @Nullable [] state;

  Session(String id) {
    this.id = id;
  }

  boolean isForgettable() {
    return entries == 0 && holder == null && state == null;
  }
}
