package dev.millrace.security.limit;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A bucket for each of many, which fills again all the time. */
final class Buckets<K> {
  /** Of more than these, who was not seen for the longest time begins anew. */
  private static final int MOST = 10_000;

  private final long capacity;
  private final Duration period;
  private final TimeMeter time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<K, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param capacity what goes into a bucket, and into one that is empty in a period; 0 for no
   *     bottom
   */
  Buckets(long capacity, Duration period, InstantSource clock) {
    this.capacity = capacity;
    this.period = period;
    this.time =
        new TimeMeter() {
          @Override
          public long currentTimeNanos() {
            return TimeUnit.MILLISECONDS.toNanos(clock.millis());
          }

          @Override
          public boolean isWallClockBased() {
            return true;
          }
        };
  }

  /** Takes so much out of a bucket; how long to wait when there is not as much in it. */
  Optional<Duration> take(K key, long amount) {
    if (capacity == 0 || amount <= 0) {
      return Optional.empty();
    }
    var probe = of(key).tryConsumeAndReturnRemaining(Math.min(amount, capacity));
    return probe.isConsumed()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
  }

  private Bucket of(K key) {
    lock.lock();
    try {
      Bucket bucket = buckets.computeIfAbsent(key, unseen -> full());
      if (buckets.size() > MOST) {
        buckets.remove(buckets.keySet().iterator().next());
      }
      return bucket;
    } finally {
      lock.unlock();
    }
  }

  private Bucket full() {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, period))
        .withCustomTimePrecision(time)
        .build();
  }
}
