package dev.millrace.storage.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Changes of several callers that share one flush and one fate. */
final class Batch {
  final CountDownLatch done = new CountDownLatch(1);
  final List<Change> changes = new ArrayList<>();

  /** For each change: nothing of a name that appears lies below. */
  final List<Boolean> alone = new ArrayList<>();

  final List<byte[]> records = new ArrayList<>();
  int size;
  volatile @Nullable Throwable failure;

  void add(List<Change> more, boolean moreAlone, byte[] record) {
    for (Change change : more) {
      changes.add(change);
      alone.add(moreAlone);
    }
    records.add(record);
    size += record.length;
  }
}
