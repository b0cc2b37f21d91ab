package dev.millrace.storage.disk;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file of the write-ahead log.
 *
 * @param number grows from one to the next
 * @param salt stands in every batch of the file, so that bytes that only look like a batch, in some
 *     caller's blob, are never taken for one
 */
record SegmentName(long number, long salt) implements Comparable<SegmentName> {
  private static final Pattern PATTERN = Pattern.compile("([0-9]{10,19})-([0-9a-f]{16})");

  static Optional<SegmentName> parse(String file) {
    Matcher matcher = PATTERN.matcher(file);
    return matcher.matches()
        ? Optional.of(
            new SegmentName(
                Long.parseLong(matcher.group(1)), HexFormat.fromHexDigitsToLong(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public int compareTo(SegmentName other) {
    return Long.compare(number, other.number);
  }

  @Override
  public String toString() {
    return "%010d-%016x".formatted(number, salt);
  }
}
