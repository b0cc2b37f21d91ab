package dev.millrace.storage.disk;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The disk of this machine. */
final class NioDisk implements Disk {
  private static final boolean FORCES_DIRECTORIES = File.separatorChar == '/';

  @Override
  public Handle create(Path file) throws IOException {
    return new Channel(file, FileChannel.open(file, CREATE_NEW, READ, WRITE), READ, WRITE);
  }

  @Override
  public Handle open(Path file) throws IOException {
    return new Channel(file, FileChannel.open(file, READ, WRITE), READ, WRITE);
  }

  @Override
  public Handle read(Path file) throws IOException {
    return new Channel(file, FileChannel.open(file, READ), READ);
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public @Nullable Status status(Path file) throws IOException {
    // Most questions are about names that are free, and an exception costs more than a look.
    if (!Files.exists(file)) {
      return null;
    }
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Status(attributes.size(), attributes.lastModifiedTime().toInstant());
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public void list(Path directory, Consumer<String> names) throws IOException {
    try (var entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        names.accept(entry.getFileName().toString());
      }
    } catch (NoSuchFileException e) {
      // Nothing to tell.
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
  }

  @Override
  public void link(Path file, Path second) throws IOException {
    try {
      Files.createLink(second, file);
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(file, second);
    }
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public boolean deleteDirectory(Path directory) throws IOException {
    try {
      return Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException e) {
      return false;
    }
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    if (FORCES_DIRECTORIES) {
      try (var handle = read(directory)) {
        handle.force(true);
      }
    }
  }

  /**
   * An interrupt closes a channel under everybody who uses it. Here the file is opened again, the
   * step is repeated, and the thread stays marked as interrupted: whoever commits a batch works for
   * many.
   */
  private static final class Channel implements Handle {
    private final Path file;
    private final OpenOption[] options;
    private volatile FileChannel channel;

    Channel(Path file, FileChannel channel, OpenOption... options) {
      this.file = file;
      this.channel = channel;
      this.options = options;
    }

    private interface Step<T> {
      T on(FileChannel channel) throws IOException;
    }

    private <T> T uninterrupted(Step<T> step) throws IOException {
      boolean interrupted = Thread.interrupted();
      try {
        while (true) {
          try {
            return step.on(channel);
          } catch (ClosedByInterruptException e) {
            interrupted |= Thread.interrupted();
            channel = FileChannel.open(file, options);
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public long size() throws IOException {
      return uninterrupted(FileChannel::size);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return uninterrupted(c -> c.read(into, position));
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      int start = from.position();
      uninterrupted(
          c -> {
            from.position(start);
            while (from.hasRemaining()) {
              c.write(from, position + from.position() - start);
            }
            return true;
          });
    }

    @Override
    public void modified(Instant time) throws IOException {
      Files.setLastModifiedTime(file, FileTime.from(time));
    }

    @Override
    public void force(boolean metadata) throws IOException {
      uninterrupted(
          c -> {
            c.force(metadata);
            return true;
          });
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
