package dev.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Predicate;

/** Tells of a job that has ended: its answer, its files, and how it ended. */
final class Report {
  private final JobClient client;
  private final String json;
  private final Tree job;
  private final PrintWriter out;
  private final PrintWriter err;

  /**
   * @param json the job as the server gave it
   */
  Report(JobClient client, String json, PrintWriter out, PrintWriter err) {
    this.client = client;
    this.json = json;
    this.job = Tree.read(json);
    this.out = out;
    this.err = err;
  }

  /** The whole job, for programs. */
  void whole() {
    out.println(Plain.json(json));
    out.flush();
  }

  /**
   * The answer alone.
   *
   * @param seen whether it stands there already
   */
  void answer(Predicate<String> seen) {
    String answer = answer();
    if (!answer.isEmpty() && !seen.test(answer)) {
      out.println(answer);
    }
    out.flush();
  }

  private String answer() {
    Tree file = job.child("responseFile");
    if (!file.has("href")) {
      return Plain.text(job.text("response")).strip();
    }
    try (InputStream content = client.file(file.text("href"))) {
      return Plain.text(new String(content.readAllBytes(), StandardCharsets.UTF_8)).strip();
    } catch (IOException e) {
      throw client.unreachable(e);
    }
  }

  void filesIn(Path folder) {
    new Saving(client, folder)
        .save(job.list("artifacts"))
        .forEach(file -> err.println("saved " + file));
    err.flush();
  }

  /** Says why there is no answer, if there is none; answers what to exit with. */
  int end() {
    String status = job.text("status");
    if (!status.equals("succeeded")) {
      err.println(ended());
      err.flush();
    }
    return Exit.of(status);
  }

  private String ended() {
    var words = new StringBuilder("The job ended: ");
    words.append(Plain.line(job.text("status"))).append(" (");
    words.append(Plain.line(job.text("stopReason"))).append(").");
    Tree error = job.child("error");
    if (error.has("message")) {
      words.append(' ').append(Plain.line(error.text("message")));
    }
    for (Tree detail : error.list("details")) {
      words.append("\n  ").append(Plain.line(detail.text("at")));
      words.append(": ").append(Plain.line(detail.text("problem")));
    }
    return words.toString();
  }
}
