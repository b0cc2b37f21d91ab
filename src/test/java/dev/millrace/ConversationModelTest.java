package dev.millrace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The rule for conversations, checked over every interleaving by {@code
 * docs/model/conversation.py}, and the check itself by rules that are known to be broken.
 */
class ConversationModelTest {

  @Test
  void nothing_gets_stuck_without_releases_and_early_copies() throws Exception {
    assertThat(check("--early 0 --releases 0"))
        .isEqualTo(new Outcome(0, "rule renew: 168899 states, 0 stuck"));
  }

  @Test
  void nothing_gets_stuck_when_a_job_is_canceled() throws Exception {
    assertThat(check("--early 0 --releases 0 --cancels 1"))
        .isEqualTo(new Outcome(0, "rule renew: 363206 states, 0 stuck"));
  }

  /** Takes about five minutes and 7 GB. */
  @Test
  @Tag("full")
  void nothing_gets_stuck() throws Exception {
    assertThat(check("")).isEqualTo(new Outcome(0, "rule renew: 4986194 states, 0 stuck"));
  }

  @ParameterizedTest
  @CsvSource({
    "blindclaim, --early 0 --releases 0",
    "asideany, --early 0 --releases 0 --lost-locks 0",
    "settlewaiting, --crashes 0 --lost-locks 0",
    "turnfirst, --early 0 --releases 0 --lost-locks 0",
    "settleunder, --early 0 --releases 0 --lost-locks 0 --cancels 1",
  })
  void a_broken_rule_is_caught(String rule, String faults) throws Exception {
    var outcome = check(faults + " --rule " + rule);

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.lastLine()).startsWith("rule " + rule).doesNotContain(" 0 stuck");
  }

  private record Outcome(int exitCode, String lastLine) {}

  private static Outcome check(String options) throws Exception {
    var command = new ArrayList<>(List.of("python3", "docs/model/conversation.py"));
    if (!options.isEmpty()) {
      command.addAll(List.of(options.split(" ")));
    }
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      Needs.present("python3", false, "apt-get install python3, or brew install python");
      throw e;
    }
    var lines = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    return new Outcome(process.waitFor(), lines.isEmpty() ? "" : lines.getLast());
  }
}
