package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Needs;
import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.job.Artifact;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.journal.Index;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the pages say can be typed can be typed. */
class DocumentTest {
  private static final Pattern COMMANDS = Pattern.compile("(?s)```sh\\n(.*?)```");

  @TempDir Path directory;

  @Test
  void every_command_of_the_pages_works() throws Exception {
    Needs.present("curl", Files.isExecutable(Path.of("/usr/bin/curl")), "apt-get install curl");
    try (var server = new TestServer(directory.resolve("data"))) {
      var over = new AtomicBoolean();
      Thread worker = Thread.ofVirtual().start(() -> work(server, over));
      String pages =
          Files.readString(Path.of("README.md")) + Files.readString(Path.of("docs/http.md"));
      String script =
          COMMANDS
              .matcher(pages)
              .results()
              .map(found -> found.group(1))
              .collect(Collectors.joining())
              .replace("localhost:8080", "localhost:" + server.port());
      var process =
          new ProcessBuilder("bash", "-eux", "-c", script)
              .directory(Files.createDirectory(directory.resolve("run")).toFile())
              .redirectErrorStream(true)
              .start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      over.set(true);
      worker.join();

      assertThat(ended).isTrue();
      assertThat(process.exitValue()).as(printed).isZero();
      assertThat(printed)
          .contains("event: end", "\"code\":\"gone\"", "/limits/turns", "\"storage\":\"UP\"");
      assertThat(directory.resolve("run/beginning")).hasContent("22");
      assertThat(Files.size(directory.resolve("run/files.zip"))).isPositive();
    }
  }

  /** Answers each job with one file. */
  private static void work(TestServer server, AtomicBoolean over) {
    var index = server.context.getBean(Index.class);
    while (!over.get()) {
      for (var open : index.open(null).jobs()) {
        answer(server, open.job());
      }
      java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static void answer(TestServer server, JobRef job) {
    JobId id = job.id();
    var log = server.log(id.value());
    if (log.exists() && log.state().ended().isEmpty()) {
      var kept =
          server
              .context
              .getBean(Artifacts.class)
              .keep(
                  Folder.of(job),
                  new ByteArrayInputStream("22 in all".getBytes(StandardCharsets.UTF_8)));
      server.claim(id.value());
      server.step(
          id.value(),
          "total()",
          new Artifact("figure-1.png", "image/png", kept.size(), kept.sha256(), 2, kept.blob()));
      server.end(id.value(), "It is 22.");
    }
  }
}
