package dev.millrace.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.ToolOutcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What every pool of sessions promises, wherever it is. */
public abstract class SessionPoolContract {
  protected static final Duration MINUTE = Duration.ofMinutes(1);

  /** The execution that stories call their own. */
  protected static final String OPERATION = "7f0c2b6e-4a0e-4b7c-9a57-1d5f6a0c9e11";

  private int cells;

  /**
   * A session that does not exist yet.
   *
   * @param story of {@code executor/contract}, for a pool that only plays
   */
  protected abstract CodeSession session(String story) throws IOException;

  @Test
  void what_code_prints_comes_back() throws IOException {
    ToolOutcome outcome = run(session("run-prints"), "print(7*9)").outcome();

    assertThat(outcome.stdout()).isEqualTo("63\n");
    assertThat(outcome.result()).isNull();
    assertThat(outcome.error()).isNull();
    assertThat(outcome.truncated()).isFalse();
  }

  @Test
  void the_value_of_the_last_line_is_the_result() throws IOException {
    var session = session("run-values");

    assertThat(run(session, "6 * 7").outcome().result()).isEqualTo("42");
    assertThat(run(session, "0.5").outcome().result()).isEqualTo("0.5");
    assertThat(run(session, "1 == 1").outcome().result()).isEqualTo("True");
    assertThat(run(session, "'grüße'").outcome().result()).isEqualTo("grüße");
    assertThat(run(session, "float('nan')").outcome().result()).isEqualTo("nan");
    assertThat(run(session, "[1, 'b']").outcome().result()).isEqualTo("[1, 'b']");
    assertThat(run(session, "x = 5").outcome().result()).isNull();
    assertThat(run(session, "None").outcome().result()).isNull();
  }

  @Test
  void variables_and_functions_stay() throws IOException {
    var session = session("run-keeps-variables");

    run(session, "import math\ndef twice(n):\n    return 2 * n\nkept = 21");

    assertThat(run(session, "math.floor(twice(kept))").outcome().result()).isEqualTo("42");
  }

  @Test
  void what_code_did_wrong_is_in_the_outcome() throws IOException {
    var session = session("run-fails");

    ToolOutcome outcome = run(session, "before = 1\nprint('so far')\n1 / 0").outcome();

    assertThat(outcome.error()).isEqualTo("ZeroDivisionError: division by zero");
    assertThat(outcome.stdout()).isEqualTo("so far\n");
    assertThat(outcome.stderr()).isNotBlank();
    assertThat(run(session, "before").outcome().result()).isEqualTo("1");
  }

  @Test
  void code_that_takes_too_long_is_stopped() throws IOException {
    var session = session("run-times-out");
    run(session, "kept = 2");

    ToolOutcome outcome =
        session.run("long", "import time\ntime.sleep(60)", Duration.ofSeconds(1)).outcome();

    assertThat(outcome.error()).isNotBlank();
    assertThat(run(session, "kept").outcome().result()).isEqualTo("2");
  }

  @Test
  void code_that_kills_its_process_says_so_and_leaves_the_files() throws IOException {
    var session = session("run-kernel-dies");
    run(session, "kept = 3\nopen('/mnt/data/f.txt', 'w').write('abc')");

    assertThat(run(session, "import os\nos._exit(3)").outcome().error()).isNotBlank();

    assertThat(run(session, "'kept' in dir(), open('/mnt/data/f.txt').read()").outcome().result())
        .isEqualTo("(False, 'abc')");
  }

  @Test
  void what_code_shows_comes_in_order() throws IOException {
    var session = session("run-outputs");

    Execution table =
        run(session, "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))\n5");
    Execution figure =
        run(session, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()");

    assertThat(table.displays())
        .extracting(display -> display.bundle().get("text/html"))
        .containsExactly("<b>x</b>");
    assertThat(table.outcome().result()).isEqualTo("5");
    assertThat(figure.outcome().result()).isNull();
    assertThat(figure.displays())
        .singleElement()
        .satisfies(display -> assertThat(display.png().orElseThrow()).isNotEmpty());
  }

  @Test
  void an_execution_runs_once_under_its_name() throws IOException {
    var session = session("run-once");
    String code = "count = globals().get('count', 0) + 1\ncount";

    assertThat(session.run(OPERATION, code, MINUTE).outcome().result()).isEqualTo("1");
    assertThat(session.run(OPERATION, code, MINUTE).outcome().result()).isEqualTo("1");
  }

  @Test
  void an_execution_begun_earlier_is_found() throws IOException {
    var session = session("run-asynchronous");
    Duration long_ = Duration.ofMinutes(10);
    String code = "import time\ntime.sleep(0.3)\nprint('done')";

    session.run(OPERATION, code, long_);

    assertThat(session.find(OPERATION, Instant.EPOCH).orElseThrow().outcome().stdout())
        .isEqualTo("done\n");
  }

  @Test
  void an_execution_that_was_never_begun_is_absent() throws IOException {
    var session = session("run-unknown");

    assertThat(session.find(OPERATION, Instant.EPOCH)).isEmpty();
    run(session, "1");
    assertThat(session.find(OPERATION, Instant.EPOCH)).isEmpty();
  }

  @Test
  void files_go_in_and_out() throws IOException {
    var session = session("files");
    assertThat(session.files().files()).isEmpty();

    session.put("a.csv", content("x,y\n1,2\n"));

    assertThat(run(session, "open('/mnt/data/a.csv').read()").outcome().result())
        .isEqualTo("x,y\n1,2\n");
    assertThat(session.files().files())
        .singleElement()
        .satisfies(
            file -> {
              assertThat(file.path()).isEqualTo("a.csv");
              assertThat(file.size()).isEqualTo(8);
              assertThat(file.modifiedAt()).isNotNull();
            });
    assertThat(text(session, "a.csv")).isEqualTo("x,y\n1,2\n");
    session.put("a.csv", content("new"));
    assertThat(text(session, "a.csv")).isEqualTo("new");
    assertThat(session.open("none.csv")).isEmpty();
  }

  @Test
  void a_session_comes_into_being_at_its_first_use_and_ends_when_it_is_released()
      throws IOException {
    var session = session("session");
    assertThat(session.createdAt()).isEmpty();

    run(session, "x = 1");
    assertThat(session.createdAt()).isPresent();
    session.release();
    session.release();

    assertThat(session.createdAt()).isEmpty();
    assertThat(run(session, "'x' in dir()").outcome().result()).isEqualTo("False");
  }

  @Test
  void a_name_that_leads_out_of_the_session_is_refused() throws IOException {
    var session = session("refusals");

    assertThatThrownBy(() -> session.put("../up.csv", content("1")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  protected Execution run(CodeSession session, String code) {
    return session.run("cell-" + ++cells, code, MINUTE);
  }

  protected static Content content(String text) {
    return () -> new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  protected static String text(CodeSession session, String path) throws IOException {
    try (InputStream bytes = session.open(path).orElseThrow()) {
      return new String(bytes.readAllBytes(), UTF_8);
    }
  }
}
