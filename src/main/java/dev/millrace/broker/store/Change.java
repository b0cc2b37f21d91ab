package dev.millrace.broker.store;

import org.h2.mvstore.MVMap;

/** One step of a transaction. */
sealed interface Change {
  void apply();

  record Put<K, V>(MVMap<K, V> map, K key, V value) implements Change {
    @Override
    public void apply() {
      map.put(key, value);
    }
  }

  record Remove<K>(MVMap<K, ?> map, K key) implements Change {
    @Override
    public void apply() {
      map.remove(key);
    }
  }
}
