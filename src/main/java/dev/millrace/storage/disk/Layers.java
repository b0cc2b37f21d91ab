package dev.millrace.storage.disk;

import org.jspecify.annotations.Nullable;

/**
 * What memory holds on top of the files: the generation that takes changes, and the one before it
 * while a checkpoint carries it to the files. A reader who finds the same object before and after
 * it opened a file knows that the file was not touched by a change it has not seen.
 */
final class Layers {
  private final Generation current;
  private final @Nullable Generation frozen;

  Layers(Generation current, @Nullable Generation frozen) {
    this.current = current;
    this.frozen = frozen;
  }

  Generation current() {
    return current;
  }

  @Nullable Generation frozen() {
    return frozen;
  }

  /** Null when only the files can tell. */
  @Nullable Entry find(String name) {
    Entry entry = current.entries.get(name);
    return entry == null ? below(name) : entry;
  }

  /** What the current generation was built upon. */
  @Nullable Entry below(String name) {
    return frozen == null ? null : frozen.entries.get(name);
  }
}
