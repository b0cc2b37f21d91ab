package dev.millrace.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A disk that keeps apart what a process sees and what would still be there after a power loss, as
 * strictly as POSIX allows: bytes of a file and entries of a directory are only safe once forced,
 * each by itself, and of what is not, any part may be there. It can lose power, fill up, and fail a
 * flush, each at a step told beforehand.
 */
final class ImaginaryDisk implements Disk {
  private static final int SECTOR = 64;

  private sealed interface Node {}

  private static final class Folder implements Node {
    final Map<String, Node> seen = new HashMap<>();
    final Map<String, Node> safe = new HashMap<>();
  }

  private static final class Data implements Node {
    byte[] seen = {};
    byte[] safe = {};
    final List<Write> unsafe = new ArrayList<>();
    Instant modified = Instant.EPOCH;
  }

  private record Write(long position, byte[] bytes) {}

  private final Folder root = new Folder();
  private int stepsLeft = Integer.MAX_VALUE;
  private int flushesLeft = Integer.MAX_VALUE;
  private long spaceLeft = Long.MAX_VALUE;
  private boolean forgetful;
  private final Map<Path, Integer> readings = new HashMap<>();
  @Nullable Runnable beforeForce;

  /** Every step after so many fails, as in a process that is no more. */
  synchronized void losePowerAfter(int steps) {
    stepsLeft = steps;
  }

  /** One flush after so many fails, and what it should have kept is not written by later ones. */
  synchronized void failFlushAfter(int flushes) {
    flushesLeft = flushes;
  }

  synchronized void space(long bytes) {
    spaceLeft = bytes;
  }

  /** A planted fault: says it flushed, and did not. */
  synchronized void forget() {
    forgetful = true;
  }

  /** How often a directory was read from end to end. */
  synchronized int readings(Path directory) {
    return readings.getOrDefault(directory, 0);
  }

  /** What a process finds that starts after another was killed: all it wrote. */
  synchronized ImaginaryDisk afterKill() {
    var next = new ImaginaryDisk();
    copy(root, next.root, null, new HashMap<>());
    return next;
  }

  /** What is found after a power loss: all that was forced, and any part of the rest. */
  synchronized ImaginaryDisk afterPowerLoss(Random random) {
    var next = new ImaginaryDisk();
    copy(root, next.root, random, new HashMap<>());
    return next;
  }

  private static void copy(
      Folder from, Folder to, @Nullable Random random, Map<Data, Data> copied) {
    // How much of what was not forced is there: often nothing, or everything, and else a part.
    double luck = random == null ? 1 : Math.clamp(random.nextDouble(-1, 2), 0, 1);
    Set<String> names = new HashSet<>(from.safe.keySet());
    names.addAll(from.seen.keySet());
    for (String name : names.stream().sorted().toList()) {
      boolean lucky = random == null || random.nextDouble() < luck;
      Node node = (lucky ? from.seen : from.safe).get(name);
      switch (node) {
        case null -> {}
        case Folder folder -> {
          var copy = new Folder();
          copy(folder, copy, random, copied);
          to.seen.put(name, copy);
          to.safe.put(name, copy);
        }
        case Data data -> {
          Data copy = copied.computeIfAbsent(data, d -> copy(d, random, luck));
          to.seen.put(name, copy);
          to.safe.put(name, copy);
        }
      }
    }
  }

  private static Data copy(Data from, @Nullable Random random, double luck) {
    var copy = new Data();
    copy.modified = from.modified;
    copy.safe = from.safe;
    if (random == null) {
      copy.seen = from.seen;
      copy.unsafe.addAll(from.unsafe);
      return copy;
    }
    for (Write write : from.unsafe) {
      for (int at = 0; at < write.bytes.length; at += SECTOR) {
        if (random.nextDouble() < luck) {
          int end = Math.min(write.bytes.length, at + SECTOR);
          copy.safe =
              overlaid(copy.safe, write.position + at, Arrays.copyOfRange(write.bytes, at, end));
        }
      }
    }
    copy.seen = copy.safe;
    return copy;
  }

  private static byte[] overlaid(byte[] old, long position, byte[] bytes) {
    int end = (int) position + bytes.length;
    byte[] result = Arrays.copyOf(old, Math.max(end, old.length));
    System.arraycopy(bytes, 0, result, (int) position, bytes.length);
    return result;
  }

  private void step() throws IOException {
    if (stepsLeft-- <= 0) {
      stepsLeft = 0;
      throw new IOException("the power is gone");
    }
  }

  private Node node(Path path) throws NoSuchFileException {
    Node node = root;
    for (Path part : path) {
      if (part.toString().isEmpty()) {
        continue;
      }
      node = node instanceof Folder folder ? folder.seen.get(part.toString()) : null;
      if (node == null) {
        throw new NoSuchFileException(path.toString());
      }
    }
    return node;
  }

  private Folder folder(Path path) throws IOException {
    if (node(path) instanceof Folder folder) {
      return folder;
    }
    throw new IOException("not a directory: " + path);
  }

  private Data data(Path path) throws IOException {
    if (node(path) instanceof Data data) {
      return data;
    }
    throw new IOException("not a file: " + path);
  }

  /** The bytes of a file, to be looked at or damaged. */
  synchronized byte[] bytes(Path file) throws IOException {
    return data(file).seen.clone();
  }

  synchronized void bytes(Path file, byte[] bytes) throws IOException {
    Data data = data(file);
    data.seen = bytes.clone();
    data.safe = bytes.clone();
    data.unsafe.clear();
  }

  @Override
  public synchronized Handle create(Path file) throws IOException {
    step();
    Folder folder = folder(file.getParent());
    var data = new Data();
    if (folder.seen.putIfAbsent(file.getFileName().toString(), data) != null) {
      throw new FileAlreadyExistsException(file.toString());
    }
    return new Open(data);
  }

  @Override
  public synchronized Handle open(Path file) throws IOException {
    return new Open(data(file));
  }

  @Override
  public synchronized Handle read(Path file) throws IOException {
    return new Open(data(file));
  }

  @Override
  public synchronized boolean exists(Path path) {
    try {
      return node(path) != null;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public synchronized @Nullable Status status(Path file) throws IOException {
    return exists(file) ? new Status(data(file).seen.length, data(file).modified) : null;
  }

  @Override
  public void list(Path directory, Consumer<String> names) throws IOException {
    List<String> all;
    synchronized (this) {
      readings.merge(directory, 1, Integer::sum);
      all = exists(directory) ? List.copyOf(folder(directory).seen.keySet()) : List.of();
    }
    all.forEach(names);
  }

  @Override
  public synchronized void createDirectory(Path directory) throws IOException {
    step();
    if (directory.getParent() != null) {
      folder(directory.getParent())
          .seen
          .putIfAbsent(directory.getFileName().toString(), new Folder());
    } else {
      root.seen.putIfAbsent(directory.toString(), new Folder());
    }
  }

  @Override
  public synchronized void link(Path file, Path second) throws IOException {
    step();
    folder(second.getParent()).seen.put(second.getFileName().toString(), data(file));
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    step();
    if (exists(file)) {
      Data data = data(file);
      spaceLeft += spaceLeft < Long.MAX_VALUE / 2 ? data.seen.length : 0;
      folder(file.getParent()).seen.remove(file.getFileName().toString());
    }
  }

  @Override
  public synchronized boolean deleteDirectory(Path directory) throws IOException {
    step();
    if (!exists(directory) || !folder(directory).seen.isEmpty()) {
      return false;
    }
    folder(directory.getParent()).seen.remove(directory.getFileName().toString());
    return true;
  }

  @Override
  public synchronized void forceDirectory(Path directory) throws IOException {
    step();
    Folder folder = folder(directory);
    if (!forgetful) {
      folder.safe.clear();
      folder.safe.putAll(folder.seen);
    }
  }

  private final class Open implements Handle {
    private final Data data;

    Open(Data data) {
      this.data = data;
    }

    @Override
    public long size() {
      synchronized (ImaginaryDisk.this) {
        return data.seen.length;
      }
    }

    @Override
    public int read(ByteBuffer into, long position) {
      synchronized (ImaginaryDisk.this) {
        int length = (int) Math.min(into.remaining(), data.seen.length - position);
        if (length <= 0) {
          return -1;
        }
        into.put(data.seen, (int) position, length);
        return length;
      }
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      synchronized (ImaginaryDisk.this) {
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        long growth = Math.max(0, position + bytes.length - data.seen.length);
        boolean full = growth > spaceLeft;
        if (full) {
          bytes = Arrays.copyOf(bytes, (int) Math.max(0, bytes.length - growth + spaceLeft));
          growth = spaceLeft;
        }
        boolean lost = stepsLeft <= 0;
        if (!lost) {
          data.seen = overlaid(data.seen, position, bytes);
          data.unsafe.add(new Write(position, bytes));
          spaceLeft -= spaceLeft < Long.MAX_VALUE / 2 ? growth : 0;
        }
        step();
        if (full) {
          throw new IOException("No space left on device");
        }
      }
    }

    @Override
    public void modified(Instant time) throws IOException {
      synchronized (ImaginaryDisk.this) {
        step();
        data.modified = time;
      }
    }

    @Override
    public void force(boolean metadata) throws IOException {
      if (beforeForce != null) {
        beforeForce.run();
      }
      synchronized (ImaginaryDisk.this) {
        step();
        if (flushesLeft-- == 0) {
          data.unsafe.clear();
          throw new IOException("Input/output error");
        }
        if (!forgetful) {
          for (Write write : data.unsafe) {
            data.safe = overlaid(data.safe, write.position, write.bytes);
          }
          data.unsafe.clear();
        }
      }
    }

    @Override
    public void close() {}
  }
}
