package dev.millrace.worker.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;

/**
 * The product with one guard taken out.
 *
 * @param name what it does wrong
 * @param file the source, under {@code dev/millrace}
 * @param guard the text that stands there exactly once
 * @param without what stands there instead
 */
record Mutant(String name, String file, String guard, String without) {
  private static final Path SOURCES = Path.of("src/main/java/dev/millrace");

  /** What a trial of the mutant printed before it failed; empty when it survived. */
  String caughtBy(Path folder) throws IOException, InterruptedException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    compile(folder, classes);
    var trial =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classes
                    + System.getProperty("path.separator")
                    + System.getProperty("java.class.path"),
                Trial.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    if (!trial.waitFor(5, TimeUnit.MINUTES)) {
      trial.destroyForcibly().waitFor();
      throw new IllegalStateException(name + ": neither caught nor cleared in five minutes");
    }
    String output = Files.readString(folder.resolve("output")).strip();
    return trial.exitValue() == 0 ? "" : output;
  }

  private void compile(Path folder, Path classes) throws IOException {
    String source = Files.readString(SOURCES.resolve(file));
    if (source.split(java.util.regex.Pattern.quote(guard), -1).length != 2) {
      throw new IllegalStateException(
          name + ": its guard does not stand in " + file + " just once");
    }
    Path mutated =
        Files.createDirectories(folder.resolve("source")).resolve(Path.of(file).getFileName());
    Files.writeString(mutated, source.replace(guard, without));
    var options =
        List.of(
            "-nowarn",
            "-proc:none",
            "-d",
            classes.toString(),
            "-cp",
            System.getProperty("java.class.path"),
            mutated.toString());
    int failed =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, options.toArray(String[]::new));
    if (failed != 0) {
      throw new IllegalStateException(name + ": does not compile");
    }
  }
}
