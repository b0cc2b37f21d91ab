package dev.millrace.session.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code that Azure's own pool is prepared with, in a shell such as it has. */
class FiguresTest {
  private static final Path PYTHON = Path.of(".venv/bin/python").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void every_figure_is_saved_whether_it_is_shown_or_left_open() throws Exception {
    Needs.present("the Python of the executor", Files.exists(PYTHON), "executor/prepare");
    String prelude = Figures.PRELUDE.replace("/mnt/data/", folder + "/");
    Path script =
        Files.writeString(
            folder.resolve("shell.py"),
            """
            from IPython.core.interactiveshell import InteractiveShell
            shell = InteractiveShell.instance()
            prelude = open("%s").read()
            cells = [
                prelude, prelude,
                "import matplotlib.pyplot as plt",
                "for n in range(2):\\n  plt.figure()\\n  plt.plot([n])\\nplt.show()\\nprint('shown')",
                "plt.plot([1, 2]); print('left open')",
                "print('nothing')",
            ]
            for cell in cells:
                assert shell.run_cell(cell).success
            """
                .formatted(Files.writeString(folder.resolve("prelude.py"), prelude)));

    String output = output(script);

    assertThat(output.lines().filter(line -> line.startsWith("[millrace figure "))).hasSize(3);
    assertThat(output.indexOf("shown")).isGreaterThan(output.indexOf("[millrace figure"));
    try (var files = Files.list(folder)) {
      assertThat(files.filter(file -> file.toString().endsWith(".png"))).hasSize(3);
    }
  }

  private String output(Path script) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(PYTHON.toString(), script.toString());
    builder.environment().put("IPYTHONDIR", folder.resolve("ipython").toString());
    builder.environment().put("MPLCONFIGDIR", folder.resolve("matplotlib").toString());
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return output;
  }
}
