package dev.millrace.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the write-ahead log of an earlier process.
 *
 * <p>A batch is written only after the one before it is durable. So a broken batch with nothing
 * behind it was never acknowledged and is left out; a broken batch with a good one behind it is
 * damage, and then nothing is guessed.
 */
final class Recovery {
  private final Disk disk;
  private final Path directory;

  /** Changes that were acknowledged and may not have reached their files. */
  final Generation generation = new Generation();

  /** Where the newest segment that counts ends. */
  Link last = Link.NONE;

  /** The highest number of a segment. */
  long newest;

  Recovery(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /**
   * @throws IllegalStateException when the log is damaged
   */
  void run() throws IOException {
    for (Part part : parts(read())) {
      replay(part);
    }
  }

  private record Read(SegmentName name, @Nullable Link link, List<Frame> frames, long end) {}

  /** As much of a segment as counts. */
  private record Part(Read segment, long end) {}

  private List<Read> read() throws IOException {
    List<SegmentName> names = new ArrayList<>();
    disk.list(directory, file -> SegmentName.parse(file).ifPresent(names::add));
    names.sort(null);
    List<Read> segments = new ArrayList<>();
    for (SegmentName name : names) {
      segments.add(read(name));
      generation.segments.add(directory.resolve(name.toString()));
      newest = name.number();
    }
    return segments;
  }

  /**
   * From the newest back, each segment says which one it goes on from. What lies between the two
   * failed before anything of it was acknowledged.
   */
  private List<Part> parts(List<Read> segments) {
    Deque<Part> parts = new ArrayDeque<>();
    Link next = null;
    for (Read segment : segments.reversed()) {
      long number = segment.name.number();
      if (segment.link == null || (next != null && number > next.previous())) {
        continue;
      }
      if (next == null) {
        last = new Link(number, segment.end);
      } else if (number < next.previous()) {
        throw damaged(segment.name, "the segment after it is missing");
      } else if (next.end() > segment.end) {
        throw damaged(segment.name, "it ends before byte " + next.end());
      }
      parts.addFirst(new Part(segment, next == null ? segment.end : next.end()));
      next = segment.link;
    }
    return List.copyOf(parts);
  }

  private Read read(SegmentName name) throws IOException {
    try (var handle = disk.open(directory.resolve(name.toString()))) {
      ByteBuffer file = bytes(handle);
      Read segment = scan(name, file);
      if (!segment.frames.isEmpty()) {
        secure(handle, file, segment);
      }
      return segment;
    }
  }

  private Read scan(SegmentName name, ByteBuffer file) {
    List<Frame> frames = new ArrayList<>();
    int position = 0;
    Frame frame;
    while ((frame = Frame.at(file, position, name.salt())) != null
        && frame.batch() == frames.size()) {
      frames.add(frame);
      position += frame.size();
    }
    for (int at = position + 1; at < file.limit(); at++) {
      if (Frame.at(file, at, name.salt()) != null) {
        throw damaged(name, "the batch at byte " + position + " is broken, and one follows it");
      }
    }
    Link link = frames.isEmpty() ? null : Link.read(frames.getFirst().payload().duplicate());
    return new Read(name, link, frames, position);
  }

  /**
   * The last batch may be in the cache only: its writer was killed before the flush, or the flush
   * failed, and then the cache takes it for written and a flush alone does nothing. Once shown it
   * must stay, so it is written again.
   */
  private static void secure(Disk.Handle handle, ByteBuffer file, Read segment) throws IOException {
    int start = (int) segment.end - segment.frames.getLast().size();
    handle.write(file.slice(start, (int) segment.end - start), start);
    handle.force(true);
  }

  private void replay(Part part) {
    long position = 0;
    for (Frame frame : part.segment.frames) {
      if (position >= part.end) {
        return;
      }
      position += frame.size();
      try {
        ByteBuffer payload = frame.payload();
        if (frame.batch() == 0) {
          payload.position(Link.SIZE);
        }
        for (Change change : Change.decode(payload)) {
          generation.apply(change, false);
        }
      } catch (RuntimeException e) {
        throw damaged(part.segment.name, "it contradicts itself, " + e.getMessage());
      }
    }
  }

  private IllegalStateException damaged(SegmentName name, String how) {
    return new IllegalStateException(
        "the write-ahead log %s is damaged: %s. It may hold changes that are nowhere else. Restore"
                .formatted(directory.resolve(name.toString()), how)
            + " the data directory from a copy; or move this file away to go on without them");
  }

  private static ByteBuffer bytes(Disk.Handle handle) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) handle.size());
    int got = 0;
    while (bytes.hasRemaining() && got >= 0) {
      got = handle.read(bytes, bytes.position());
    }
    return bytes.flip();
  }
}
