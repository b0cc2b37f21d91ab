package dev.millrace.artifact;

import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.io.ByteArrayInputStream;
import java.time.Instant;

/** Messages that nobody can read, kept for people where the broker cannot be told to. */
public final class Rejected {
  private final Storage storage;

  public Rejected(Storage storage) {
    this.storage = storage;
  }

  /**
   * Keeps one; one that is kept already stays as it is.
   *
   * @param at when the broker took it
   * @return its name in the store
   */
  public String keep(String entity, Instant at, String messageId, byte[] content) {
    String name = Layout.rejected(entity, at, messageId);
    storage.putIfAbsent(name, new ByteArrayInputStream(content), content.length);
    return name;
  }
}
