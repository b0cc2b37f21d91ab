package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.SettableClock;
import dev.millrace.artifact.Artifacts;
import dev.millrace.job.Unavailable;
import dev.millrace.storage.MemoryStorage;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeftoversTest {
  private final SettableClock clock = new SettableClock();
  private boolean away;
  private int lists;
  private final MemoryStorage storage =
      new MemoryStorage(clock) {
        @Override
        public Page list(String prefix, @Nullable String continuation, int limit) {
          lists++;
          if (away) {
            throw new Unavailable("the store is away");
          }
          return super.list(prefix, continuation, limit);
        }
      };
  private final Artifacts artifacts = new Artifacts(storage);
  private final Leftovers leftovers = new Leftovers(artifacts, Duration.ofDays(7), clock);

  @Test
  void what_is_old_is_forgotten_and_looked_for_once_an_hour() {
    artifacts.upload("default", "u1", new ByteArrayInputStream(new byte[1]));
    leftovers.forget();
    clock.advance(Duration.ofMinutes(59));
    leftovers.forget();
    assertThat(lists).isEqualTo(1);
    assertThat(artifacts.uploaded("default", "u1")).isTrue();

    clock.advance(Duration.ofDays(8));
    leftovers.forget();

    assertThat(artifacts.uploaded("default", "u1")).isFalse();
  }

  @Test
  void what_could_not_be_forgotten_is_forgotten_the_next_time() {
    artifacts.upload("default", "u1", new ByteArrayInputStream(new byte[1]));
    clock.advance(Duration.ofDays(8));
    away = true;
    leftovers.forget();
    away = false;

    leftovers.forget();

    assertThat(artifacts.uploaded("default", "u1")).isFalse();
  }
}
