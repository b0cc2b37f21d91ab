package dev.millrace.security.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.SettableClock;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Owner;
import dev.millrace.storage.Layout;
import dev.millrace.storage.MemoryStorage;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AllowanceTest {
  private static final Owner ALICE = new Owner("red", "alice");
  private static final Owner BOB = new Owner("red", "bob");

  private final SettableClock clock = new SettableClock();
  private final MemoryStorage storage = new MemoryStorage(clock);

  private Allowance allowing(long requests, int jobs, long tokens) {
    return new Allowance(new LimitSettings(requests, jobs, 0, tokens), storage, clock);
  }

  private static long granted(int asked, Allowance limits, Owner caller) {
    return IntStream.range(0, asked).filter(i -> limits.request(caller).isEmpty()).count();
  }

  @Test
  void a_caller_gets_as_many_requests_as_are_allowed_and_nobody_pays_for_it() {
    Allowance limits = allowing(60, 0, 0);

    assertThat(granted(1000, limits, ALICE)).isEqualTo(60);
    assertThat(granted(60, limits, BOB)).isEqualTo(60);
  }

  @Test
  void who_waits_as_long_as_told_gets_the_next_one() {
    Allowance limits = allowing(60, 0, 0);
    granted(60, limits, ALICE);

    Duration wait = limits.request(ALICE).orElseThrow();
    clock.advance(wait.minusMillis(1));
    assertThat(limits.request(ALICE)).isPresent();
    clock.advance(Duration.ofMillis(1));
    assertThat(limits.request(ALICE)).isEmpty();
  }

  @Test
  void the_tokens_of_a_tenant_are_those_of_all_its_callers_and_of_no_other() {
    Allowance limits = allowing(0, 0, 1000);

    assertThat(limits.job("red", 600)).isEmpty();
    assertThat(limits.job("red", 600)).isPresent();
    assertThat(limits.job("blue", 600)).isEmpty();
    clock.advance(Duration.ofMinutes(12));
    assertThat(limits.job("red", 600)).isEmpty();
  }

  @Test
  void a_job_that_may_use_more_than_there_ever_is_takes_all_there_is() {
    Allowance limits = allowing(0, 0, 1000);

    assertThat(limits.job("red", 5000)).isEmpty();
    assertThat(limits.job("red", 1)).isPresent();
  }

  @Test
  void a_tenant_has_as_many_unfinished_jobs_as_are_allowed() {
    Allowance limits = allowing(0, 2, 0);

    open("red", "j1");
    assertThat(limits.job("red", 1)).isEmpty();
    open("red", "j2");
    assertThat(limits.job("red", 1)).isPresent();
    assertThat(limits.job("blue", 1)).isEmpty();
    assertThat(limits.job("re", 1)).isEmpty();
    storage.delete(Layout.open(new JobRef("red", new JobId("j1"))));
    assertThat(limits.job("red", 1)).isEmpty();
  }

  private void open(String tenant, String job) {
    storage.putIfAbsent(
        Layout.open(new JobRef(tenant, new JobId(job))), new ByteArrayInputStream(new byte[0]), 0);
  }

  @Test
  void nothing_is_limited_that_is_not_set() {
    Allowance limits = allowing(0, 0, 0);

    assertThat(granted(10_000, limits, ALICE)).isEqualTo(10_000);
    assertThat(limits.job("red", Long.MAX_VALUE)).isEqualTo(Optional.empty());
  }

  @Test
  void what_cannot_be_a_limit_is_told_with_its_setting() {
    assertThatThrownBy(() -> new LimitSettings(-1, -1, -1, -1))
        .hasMessageContaining("MILLRACE_LIMITS_REQUESTS")
        .hasMessageContaining("MILLRACE_LIMITS_JOBS")
        .hasMessageContaining("MILLRACE_LIMITS_TOKENS");
  }
}
