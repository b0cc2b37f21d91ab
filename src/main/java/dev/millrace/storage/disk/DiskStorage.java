package dev.millrace.storage.disk;

import dev.millrace.job.Unavailable;
import dev.millrace.storage.Names;
import dev.millrace.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything in one directory, for one process at a time and any number of its threads. What
 * it answered is on the disk. {@link Stat#modified} is the clock handed in, kept as the time of the
 * file.
 *
 * <p>A change is in the write-ahead log at once and some seconds later in its own file, under
 * {@code files/} by its name: {@code files/jobs/default/4f2a/log+} is a log, {@code
 * files/open/default/4f2a=} a blob.
 */
public final class DiskStorage implements Storage {
  private final InstantSource clock;
  private final Tuning tuning;
  private final Engine engine;
  private final @Nullable Ownership ownership;
  private final Claims claims = new Claims();

  /** Who has a data directory open. */
  public record Owner(long pid, Instant started, Optional<String> url) {}

  /**
   * Opens the store in a directory, which is made if it is missing.
   *
   * @throws IllegalStateException when another process has it open, when it is damaged, or when it
   *     cannot be there at all
   * @throws Unavailable when the disk does not let us
   */
  public static DiskStorage open(Path directory, InstantSource clock) {
    return open(directory, clock, Tuning.USUAL);
  }

  static DiskStorage open(Path directory, InstantSource clock, Tuning tuning) {
    PrivateDirectory.make(directory);
    Ownership ownership = null;
    try {
      ownership = Ownership.take(directory);
      return new DiskStorage(new NioDisk(), directory, clock, tuning, ownership);
    } catch (IOException | RuntimeException e) {
      if (ownership != null) {
        ownership.close();
      }
      if (e instanceof RuntimeException mistake) {
        throw mistake;
      }
      throw Faults.unavailable("open the data directory " + directory, e);
    }
  }

  DiskStorage(
      Disk disk, Path directory, InstantSource clock, Tuning tuning, @Nullable Ownership ownership)
      throws IOException {
    this.clock = clock;
    this.tuning = tuning;
    this.ownership = ownership;
    this.engine = new Engine(disk, directory, tuning);
  }

  /** Who has a directory open now. Absent also when the process that had it is gone. */
  public static Optional<Owner> owner(Path directory) {
    return Ownership.owner(directory);
  }

  /** Lets {@link #owner} tell others where this process serves. */
  public void publishUrl(String url) {
    if (ownership != null) {
      ownership.publish(url);
    }
  }

  @Override
  public boolean create(String name) {
    return appear(Names.check(name), new Change.Create(name, clock.instant()));
  }

  @Override
  public Append append(String name, long position, byte[] bytes) {
    Names.check(name);
    if (position < 0 || bytes.length > LONGEST_APPEND) {
      throw new IllegalArgumentException(
          "cannot append %d bytes to %s at %d".formatted(bytes.length, name, position));
    }
    try {
      return claims.during(name, () -> appendAlone(name, position, bytes));
    } catch (IOException e) {
      throw Faults.unavailable("append to " + name, e);
    }
  }

  private Append appendAlone(String name, long position, byte[] bytes) throws IOException {
    View.Seen seen = engine.view.find(name);
    if (seen == null) {
      return new Append.Missing();
    }
    if (!seen.log()) {
      throw new IllegalStateException(name + " is a blob, which does not grow");
    }
    if (seen.length() != position) {
      return new Append.Refused();
    }
    if (bytes.length > 0) {
      var change = new Change.Append(name, clock.instant(), position, bytes);
      engine.committer.commit(List.of(change), false);
    }
    return new Append.Done(position + bytes.length);
  }

  @Override
  public boolean putIfAbsent(String name, InputStream bytes, long length) {
    Names.check(name);
    if (length < 0) {
      throw new IllegalArgumentException("a blob cannot have %d bytes: %s".formatted(length, name));
    }
    if (length > 0 && stat(name).isPresent()) {
      return false;
    }
    if (length <= tuning.large()) {
      byte[] content = Parking.exactly(bytes, (int) length, name);
      return appear(name, new Change.Put(name, clock.instant(), content));
    }
    String file = engine.parking.fill(name, bytes, length);
    boolean appeared = appear(name, new Change.Park(name, clock.instant(), file, length));
    if (!appeared) {
      engine.parking.discard(file);
    }
    return appeared;
  }

  private boolean appear(String name, Change change) {
    try {
      return claims.during(
          name,
          () -> {
            if (engine.view.find(name) != null) {
              return false;
            }
            boolean alone = engine.log.layers().find(name) == null;
            engine.committer.commit(List.of(change), alone);
            return true;
          });
    } catch (IOException e) {
      throw Faults.unavailable("create " + name, e);
    }
  }

  @Override
  public Optional<InputStream> open(String name, long from, long length) {
    Names.check(name);
    if (from < 0 || length < 0) {
      throw new IllegalArgumentException(
          "no range of %s: %d bytes from %d on".formatted(name, length, from));
    }
    try {
      return Optional.ofNullable(engine.view.open(name)).map(c -> c.range(from, length));
    } catch (IOException e) {
      throw Faults.unavailable("read " + name, e);
    }
  }

  @Override
  public Optional<Stat> stat(String name) {
    Names.check(name);
    try {
      View.Seen seen = engine.view.find(name);
      return Optional.ofNullable(seen).map(s -> new Stat(name, s.length(), s.modified()));
    } catch (IOException e) {
      throw Faults.unavailable("look at " + name, e);
    }
  }

  @Override
  public Page list(String prefix, @Nullable String continuation, int limit) {
    Names.checkPrefix(prefix);
    if (limit < 1) {
      throw new IllegalArgumentException("a page has at least 1 entry, not " + limit);
    }
    try {
      Instant asOf = clock.instant();
      String after = continuation == null ? "" : continuation;
      View.Listing listing = engine.view.list(prefix, after, limit);
      return new Page(listing.stats(), listing.next(), asOf);
    } catch (IOException e) {
      throw Faults.unavailable("list " + prefix, e);
    }
  }

  @Override
  public void delete(String name) {
    deleteEach(List.of(Names.check(name)));
  }

  @Override
  public void deleteAll(String prefix) {
    Names.checkFolder(prefix);
    String continuation = null;
    do {
      Page page = list(prefix, continuation, 1000);
      deleteEach(page.entries().stream().map(Stat::name).toList());
      continuation = page.next();
    } while (continuation != null);
  }

  private void deleteEach(List<String> names) {
    try {
      claims.during(
          names,
          () -> {
            List<Change> deletes = new ArrayList<>();
            for (String name : names) {
              if (engine.view.find(name) != null) {
                deletes.add(new Change.Delete(name));
              }
            }
            if (!deletes.isEmpty()) {
              engine.delete(deletes);
            }
            return true;
          });
    } catch (IOException e) {
      throw Faults.unavailable("delete " + names.getFirst(), e);
    }
  }

  /** Brings everything to its file now. */
  void checkpoint() throws IOException {
    engine.checkpointer.checkpoint();
  }

  /** Brings everything to its file and gives the directory free. */
  @Override
  public void close() {
    engine.close();
    if (ownership != null) {
      ownership.close();
    }
  }
}
