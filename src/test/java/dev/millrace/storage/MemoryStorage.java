package dev.millrace.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keeps everything in a map. It keeps the contract, except that it forgets all at its end. */
public class MemoryStorage implements Storage {
  private final InstantSource clock;

  /** Names are ASCII, so that the order of their characters is the order of their bytes. */
  private final NavigableMap<String, Item> items = new TreeMap<>();

  private record Item(boolean log, byte[] bytes, Instant modified) {}

  public MemoryStorage(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized boolean create(String name) {
    return put(name, true, new byte[0]);
  }

  @Override
  public synchronized Append append(String name, long position, byte[] bytes) {
    Item item = items.get(Names.check(name));
    check(position >= 0 && bytes.length <= LONGEST_APPEND, "not an append: " + name);
    if (item == null) {
      return new Append.Missing();
    }
    if (!item.log()) {
      throw new IllegalStateException(name + " is a blob, not a log");
    }
    if (item.bytes().length != position) {
      return new Append.Refused();
    }
    byte[] longer = Arrays.copyOf(item.bytes(), item.bytes().length + bytes.length);
    System.arraycopy(bytes, 0, longer, item.bytes().length, bytes.length);
    items.put(name, new Item(true, longer, clock.instant()));
    return new Append.Done(longer.length);
  }

  @Override
  public boolean putIfAbsent(String name, InputStream bytes, long length) {
    if (stat(name).isPresent()) {
      return false;
    }
    byte[] content;
    try {
      content = bytes.readNBytes(Math.toIntExact(length));
    } catch (IOException e) {
      throw new UncheckedIOException("the stream of " + name + " broke", e);
    }
    check(content.length == length, "the stream of " + name + " ended early");
    synchronized (this) {
      return put(name, false, content);
    }
  }

  private boolean put(String name, boolean log, byte[] bytes) {
    return items.putIfAbsent(Names.check(name), new Item(log, bytes, clock.instant())) == null;
  }

  @Override
  public synchronized Optional<InputStream> open(String name, long from, long length) {
    check(from >= 0 && length >= 0, "not a range of " + name);
    return Optional.ofNullable(items.get(Names.check(name)))
        .map(
            item -> {
              int start = (int) Math.min(from, item.bytes().length);
              int count = (int) Math.min(length, item.bytes().length - start);
              return new ByteArrayInputStream(item.bytes(), start, count);
            });
  }

  @Override
  public synchronized Optional<Stat> stat(String name) {
    return Optional.ofNullable(items.get(Names.check(name))).map(item -> stat(name, item));
  }

  private static Stat stat(String name, Item item) {
    return new Stat(name, item.bytes().length, item.modified());
  }

  @Override
  public synchronized Page list(String prefix, @Nullable String continuation, int limit) {
    check(limit > 0, "no page has " + limit + " entries");
    var from = continuation == null ? Names.checkPrefix(prefix) : continuation;
    var entries = new ArrayList<Stat>();
    for (var each : items.tailMap(from, continuation == null).entrySet()) {
      if (!each.getKey().startsWith(prefix)) {
        break;
      }
      if (entries.size() == limit) {
        return new Page(entries, entries.getLast().name(), clock.instant());
      }
      entries.add(stat(each.getKey(), each.getValue()));
    }
    return new Page(entries, null, clock.instant());
  }

  @Override
  public synchronized void delete(String name) {
    items.remove(Names.check(name));
  }

  @Override
  public synchronized void deleteAll(String prefix) {
    items.tailMap(Names.checkFolder(prefix)).keySet().removeIf(name -> name.startsWith(prefix));
  }

  @Override
  public void close() {}

  private static void check(boolean sound, String otherwise) {
    if (!sound) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** Puts other bytes where some were, as a failing disk does. */
  public synchronized void damage(String name, byte[] bytes) {
    Item item = items.get(name);
    items.put(name, new Item(item.log(), bytes, item.modified()));
  }

  /** All of a log or blob. */
  public synchronized byte[] bytes(String name) {
    return items.get(name).bytes().clone();
  }

  /** Every name there is, in order. */
  public synchronized java.util.List<String> names() {
    return java.util.List.copyOf(items.keySet());
  }
}
