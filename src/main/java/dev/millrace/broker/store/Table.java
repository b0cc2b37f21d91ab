package dev.millrace.broker.store;

import java.util.function.BiConsumer;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/** A map in the file. Changed by transactions only; what is read is what was committed. */
public final class Table<K, V> {
  private final MVMap<K, V> map;

  Table(MVMap<K, V> map) {
    this.map = map;
  }

  public @Nullable V get(K key) {
    return map.get(key);
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
