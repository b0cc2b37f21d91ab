package dev.millrace.worker.sim;

import dev.millrace.storage.Storage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One store for all simulated processes, as unreliable as a network makes it. */
final class SimStore implements Storage {
  /** Of one thread to one log. */
  private static final int MOST_APPENDS = 400;

  private record Thing(byte[] bytes, Instant modified, boolean log) {}

  /** One append that took effect: which delivery's thread made it, and when. */
  record Written(String name, long from, long to, String writer, long at) {}

  private final Sim sim;
  private final Faults faults;
  private final Orders orders;
  private final TreeMap<String, Thing> things = new TreeMap<>();
  private final List<Written> written = new ArrayList<>();
  private final Map<String, Integer> writes = new LinkedHashMap<>();
  private final Map<String, Integer> appends = new HashMap<>();
  private long bytesWritten;

  SimStore(Sim sim, Faults faults, Orders orders) {
    this.sim = sim;
    this.faults = faults;
    this.orders = orders;
  }

  List<Written> written() {
    return written;
  }

  /** How many writes of each kind there were. */
  Map<String, Integer> writes() {
    return writes;
  }

  /** How many bytes were written. */
  long bytesWritten() {
    return bytesWritten;
  }

  List<String> names(String prefix) {
    return things.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
  }

  boolean has(String name) {
    return things.containsKey(name);
  }

  byte[] bytes(String name) {
    return things.get(name).bytes();
  }

  @Override
  public boolean create(String name) {
    return write(
        "create",
        name,
        () -> {
          boolean fresh = !things.containsKey(name);
          if (fresh) {
            things.put(name, new Thing(new byte[0], sim.instant(), true));
          }
          return fresh;
        },
        false);
  }

  @Override
  public Append append(String name, long position, byte[] bytes) {
    return write(
        "append",
        name,
        () -> {
          Thing log = things.get(name);
          if (log == null) {
            return new Append.Missing();
          }
          if (log.bytes().length != position) {
            return new Append.Refused();
          }
          var longer = new ByteArrayOutputStream();
          if (appends.merge(sim.current().name + " " + name, 1, Integer::sum) > MOST_APPENDS) {
            throw new AssertionError("it grows without end: " + name);
          }
          longer.writeBytes(log.bytes());
          longer.writeBytes(bytes);
          bytesWritten += bytes.length;
          things.put(name, new Thing(longer.toByteArray(), sim.instant(), true));
          written.add(
              new Written(name, position, longer.size(), sim.current().delivery, sim.millis()));
          orders.appended(name, bytes);
          return new Append.Done(longer.size());
        },
        new Append.Refused());
  }

  @Override
  public boolean putIfAbsent(String name, InputStream bytes, long length) {
    byte[] all = all(bytes);
    bytesWritten += all.length;
    return write(
        "put",
        name,
        () -> things.putIfAbsent(name, new Thing(all, sim.instant(), false)) == null,
        false);
  }

  @Override
  public void delete(String name) {
    write("delete", name, () -> things.remove(name) != null, false);
  }

  @Override
  public void deleteAll(String prefix) {
    write("delete", prefix, () -> things.keySet().removeIf(name -> name.startsWith(prefix)), false);
  }

  @Override
  public Optional<InputStream> open(String name, long from, long length) {
    return read(
        () ->
            Optional.ofNullable(things.get(name))
                .map(
                    thing -> {
                      int start = (int) Math.min(from, thing.bytes().length);
                      int end = (int) Math.min(thing.bytes().length, Math.max(from, from + length));
                      return new ByteArrayInputStream(
                          Arrays.copyOfRange(
                              thing.bytes(),
                              start,
                              length == Long.MAX_VALUE ? thing.bytes().length : end));
                    }));
  }

  @Override
  public Optional<Stat> stat(String name) {
    return read(() -> Optional.ofNullable(things.get(name)).map(thing -> stat(name, thing)));
  }

  @Override
  public Page list(String prefix, @Nullable String continuation, int limit) {
    return read(
        () -> {
          var entries =
              things
                  .tailMap(continuation == null ? prefix : continuation, continuation == null)
                  .entrySet()
                  .stream()
                  .filter(e -> e.getKey().startsWith(prefix))
                  .limit(limit + 1L)
                  .map(e -> stat(e.getKey(), e.getValue()))
                  .toList();
          boolean more = entries.size() > limit;
          var page = more ? entries.subList(0, limit) : entries;
          return new Page(page, more ? page.getLast().name() : null, sim.instant());
        });
  }

  @Override
  public void close() {}

  private static Stat stat(String name, Thing thing) {
    return new Stat(name, thing.bytes().length, thing.modified());
  }

  private <T> T read(Supplier<T> reading) {
    sim.pause(faults.latency());
    if (faults.trouble()) {
      throw faults.unavailable("the store did not answer a read");
    }
    T result = reading.get();
    sim.pause(faults.latency());
    return result;
  }

  /**
   * A write that may fail before it happens, may happen and lose its answer, or may happen and be
   * repeated by a client that did not hear: what that client then answers is {@code repeated}.
   */
  private <T> T write(String kind, String name, Supplier<T> change, T repeated) {
    sim.pause(faults.latency());
    int number = faults.before(kind + " " + name);
    if (faults.trouble()) {
      throw faults.unavailable("the store did not take a write");
    }
    T result = change.get();
    writes.merge(kind, 1, Integer::sum);
    faults.after(number);
    sim.pause(faults.latency());
    if (faults.trouble()) {
      throw faults.unavailable("the store's answer was lost");
    }
    return faults.trouble() ? repeated : result;
  }

  private static byte[] all(InputStream bytes) {
    try {
      return bytes.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
