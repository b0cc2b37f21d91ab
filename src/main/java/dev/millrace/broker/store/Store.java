package dev.millrace.broker.store;

import dev.millrace.broker.Message;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;

/** The file. Tables are opened first, then it is {@link #start started} and takes transactions. */
public final class Store implements AutoCloseable {
  /** Rises when an older version could not read what is written now. */
  private static final int FORMAT = 1;

  private static final int COMMITS_BETWEEN_LOOKS = 64;
  private static final long SMALL = 8 << 20;

  private final MVStore file;
  private final boolean fsync;
  private final GroupCommit commits = new GroupCommit(this::flush);
  private final AtomicLong room;
  private final DiskSpace disk;
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("broker-read").daemon().factory());
  private int commitsSinceLook;

  private Store(MVStore file, boolean fsync, long room, DiskSpace disk) {
    this.file = file;
    this.fsync = fsync;
    this.room = new AtomicLong(room);
    this.disk = disk;
  }

  /**
   * Opens or makes the file in this directory.
   *
   * @param room for so many bytes there is room in memory
   * @throws IllegalStateException saying what is wrong with it, and what to do
   */
  public static Store open(Path directory, boolean fsync, long room) {
    try {
      Files.createDirectories(directory);
      return open(directory, fsync, room, DiskSpace.of(directory));
    } catch (IOException e) {
      throw new IllegalStateException(
          "Cannot keep messages in %s: %s. Choose another directory.".formatted(directory, why(e)),
          e);
    }
  }

  /** As {@link #open(Path, boolean, long)}, on a disk that has so many bytes left. */
  public static Store open(Path directory, boolean fsync, long room, LongSupplier left) {
    Path path = directory.resolve("broker.mv");
    MVStore file;
    try {
      file =
          new MVStore.Builder()
              .fileName(path.toString())
              .autoCommitDisabled()
              // Or a full buffer would commit in the middle of a transaction.
              .autoCommitBufferSize(0)
              .open();
    } catch (MVStoreException e) {
      throw new IllegalStateException(diagnosis(path, e), e);
    }
    // A commit is on the disk before the next begins, so what it freed may be used at once.
    file.setRetentionTime(0);
    file.setVersionsToKeep(0);
    if (file.getStoreVersion() > FORMAT) {
      file.closeImmediately();
      throw new IllegalStateException(
          path + " was written by a later version of Millrace; use that version, or another file.");
    }
    file.setStoreVersion(FORMAT);
    return new Store(file, fsync, room, new DiskSpace(directory, left));
  }

  public Table<Long, Stored> messages(String queue) {
    return table("messages:" + queue, LongDataType.INSTANCE, Stored.PACKED);
  }

  public Table<Long, Standing> standings(String queue) {
    return table("standings:" + queue, LongDataType.INSTANCE, Standing.PACKED);
  }

  public Table<String, byte[]> sessions(String queue) {
    return table("sessions:" + queue, StringDataType.INSTANCE, ByteArrayDataType.INSTANCE);
  }

  public Table<String, StoredRule> rules(String subscription) {
    return table("rules:" + subscription, StringDataType.INSTANCE, StoredRule.PACKED);
  }

  public Table<Long, Message> scheduled(String destination) {
    return table("scheduled:" + destination, LongDataType.INSTANCE, Waiting.PACKED);
  }

  public Table<String, Seen> duplicates(String destination) {
    return table("duplicates:" + destination, StringDataType.INSTANCE, Seen.PACKED);
  }

  /** The last sequence number that each entity gave out. */
  public Table<String, Long> numbers() {
    return table("numbers", StringDataType.INSTANCE, LongDataType.INSTANCE);
  }

  /** The rules with which each subscription began, so that a change of them is noticed. */
  public Table<String, String> declarations() {
    return table("declarations", StringDataType.INSTANCE, StringDataType.INSTANCE);
  }

  public void start() {
    disk.holes(holes());
    commits.start();
  }

  public void submit(Transaction transaction) {
    commits.submit(transaction);
  }

  /**
   * @throws dev.millrace.broker.Refused if the store is closed or has failed
   */
  public void check() {
    commits.check();
  }

  /**
   * @throws dev.millrace.broker.Refused while the disk has no room for more messages
   */
  public void checkSpace() {
    disk.check();
  }

  /** Asks for room in memory. Who got it gives it back; others read from the tables. */
  public boolean takeRoom(int bytes) {
    if (room.addAndGet(-bytes) >= 0) {
      return true;
    }
    room.addAndGet(bytes);
    return false;
  }

  public void giveRoom(int bytes) {
    room.addAndGet(bytes);
  }

  @Override
  public void close() {
    commits.close();
    reader.close();
    // One that failed has closed itself already.
    if (!file.isClosed()) {
      file.close();
    }
  }

  private <K, V> Table<K, V> table(String name, DataType<K> keys, DataType<V> values) {
    return new Table<>(
        file.openMap(name, new MVMap.Builder<K, V>().keyType(keys).valueType(values)), reader);
  }

  private void flush() {
    file.commit();
    if (fsync) {
      file.sync();
    }
    disk.holes(holes());
    if (++commitsSinceLook >= COMMITS_BETWEEN_LOOKS) {
      commitsSinceLook = 0;
      compact();
    }
  }

  private long holes() {
    var written = file.getFileStore();
    return written.size() / 100 * (100 - written.getFillRate());
  }

  /** Old messages among many new ones hold on to space that nobody uses: writes them anew. */
  private void compact() {
    if (file.getFileStore().size() > SMALL && file.compact(50, 1 << 20)) {
      file.commit();
      if (fsync) {
        file.sync();
      }
    }
  }

  private static String why(IOException e) {
    return switch (e) {
      case FileAlreadyExistsException exists -> exists.getFile() + " is a file";
      case AccessDeniedException denied -> "this user may not write to " + denied.getFile();
      case NoSuchFileException missing -> missing.getFile() + " cannot be made there";
      default -> String.valueOf(e.getMessage());
    };
  }

  private static String diagnosis(Path path, MVStoreException e) {
    return switch (e.getErrorCode()) {
      case DataUtils.ERROR_FILE_LOCKED ->
          path + " is in use by another process. Stop it, or choose another directory.";
      case DataUtils.ERROR_FILE_CORRUPT ->
          path + " is damaged. Restore it, or move it away to begin anew.";
      case DataUtils.ERROR_UNSUPPORTED_FORMAT ->
          path + " has a format that this version cannot read.";
      default -> "Cannot open " + path + ": " + e.getMessage();
    };
  }
}
