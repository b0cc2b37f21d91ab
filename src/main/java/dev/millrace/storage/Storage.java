package dev.millrace.storage;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Named bytes that outlive every process. Safe for use by many threads and, where the adapter says
 * so, by many processes.
 *
 * <p>A name is a path of segments joined by {@code /}. A segment holds letters, digits and {@code .
 * _ - ~ %}, does not end with a dot, and is at most 250 characters long, a name at most 1,000;
 * anything else is refused with {@link IllegalArgumentException}. {@link Names#segment} makes a
 * segment of any text.
 *
 * <p>A change is durable when its method returns. When a method throws {@link
 * dev.millrace.job.Unavailable} the change may or may not have happened, and a caller finds out by
 * reading. Nobody ever sees half of a change.
 */
public interface Storage extends AutoCloseable {
  /** The most bytes one append can add. */
  int LONGEST_APPEND = 4 << 20;

  /** Creates an empty log. Answers false when the name is taken. */
  boolean create(String name);

  /**
   * Adds bytes to a log that is exactly {@code position} bytes long, in one piece. Of any number of
   * writers at one position exactly one is answered {@link Append.Done}. At most {@link
   * #LONGEST_APPEND} bytes.
   */
  Append append(String name, long position, byte[] bytes);

  /** How an append went. */
  sealed interface Append {
    /** The log now ends at {@code end}. */
    record Done(long end) implements Append {}

    /**
     * The log does not end at the position named. It may also be that this very append succeeded
     * and its answer was lost, so a writer marks its records and looks for them.
     */
    record Refused() implements Append {}

    /** There is no such log. */
    record Missing() implements Append {}
  }

  /**
   * Writes an immutable blob of the next {@code length} bytes of a stream, unless the name is
   * taken: then the answer is false, and the stream is left alone if that could be seen beforehand.
   * False may also mean that this very put succeeded and its answer was lost; where contents follow
   * from names, nobody needs to know.
   *
   * @throws java.io.UncheckedIOException when the stream fails; nothing is stored
   * @throws IllegalArgumentException when the stream ends early; nothing is stored
   */
  boolean putIfAbsent(String name, InputStream bytes, long length);

  /**
   * The bytes of a log or blob from {@code from} on, at most {@code length} of them. A range that
   * begins at or after the end is empty. The caller closes the stream.
   */
  Optional<InputStream> open(String name, long from, long length);

  /** Length and age, absent when there is nothing of that name. */
  Optional<Stat> stat(String name);

  /** One name in the store. {@code modified} is the store's clock, not ours. */
  record Stat(String name, long length, Instant modified) {}

  /**
   * Names that begin with {@code prefix}, in the order of their bytes, at most {@code limit} of
   * them after {@code continuation}, which is the {@link Page#next} of the page before, or null.
   */
  Page list(String prefix, @Nullable String continuation, int limit);

  /**
   * @param next the continuation of the following page; null when this is the last
   * @param asOf the store's clock when the page was made, to tell ages by
   */
  record Page(List<Stat> entries, @Nullable String next, Instant asOf) {
    public Page {
      entries = List.copyOf(entries);
    }
  }

  /** Deletes one name. No error when there is nothing of that name. */
  void delete(String name);

  /** Deletes every name under a prefix that ends with {@code /}. Safe to repeat after a failure. */
  void deleteAll(String prefix);

  @Override
  void close();
}
