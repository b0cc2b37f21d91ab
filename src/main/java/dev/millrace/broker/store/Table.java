package dev.millrace.broker.store;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/** A map in the file. Changed by transactions only; what is read is what was committed. */
public final class Table<K, V> {
  private final MVMap<K, V> map;
  private final Executor reader;

  Table(MVMap<K, V> map, Executor reader) {
    this.map = map;
    this.reader = reader;
  }

  /** Not by a thread that somebody may interrupt: that would close the file under everybody. */
  public @Nullable V get(K key) {
    return map.get(key);
  }

  /** By any thread. */
  public Optional<V> read(K key) {
    return CompletableFuture.supplyAsync(() -> Optional.ofNullable(map.get(key)), reader).join();
  }

  /** In the order of the keys. */
  public void forEach(BiConsumer<K, V> action) {
    var cursor = map.cursor(null);
    while (cursor.hasNext()) {
      K key = cursor.next();
      action.accept(key, cursor.getValue());
    }
  }

  public boolean isEmpty() {
    return map.isEmpty();
  }

  Change put(K key, V value) {
    return new Change.Put<>(map, key, value);
  }

  Change remove(K key) {
    return new Change.Remove<>(map, key);
  }
}
