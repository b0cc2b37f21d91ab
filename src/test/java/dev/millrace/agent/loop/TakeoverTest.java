package dev.millrace.agent.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TakeoverTest {
  @Test
  void wherever_a_worker_dies_the_next_one_ends_the_job_as_it_would_have() {
    assertThat(Takeovers.broken()).isEmpty();
  }
}
