package dev.millrace.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What Ctrl-C and SIGTERM do to a job, from its submission until this is closed. */
final class Interruption implements AutoCloseable {
  private static final Duration FOR_ANSWER = Duration.ofSeconds(5);
  private static final Duration FOR_CANCEL = Duration.ofSeconds(5);

  private final JobClient client;
  private final Host.Server place;
  private final PrintWriter err;

  /** Comes with the answer to the submission, which a shutdown does not cut off; or is empty. */
  private final CompletableFuture<String> job = new CompletableFuture<>();

  private volatile boolean over;

  private final Thread hook = new Thread(this::interrupted, "cancel");

  Interruption(JobClient client, Host.Server place, PrintWriter err) {
    this.client = client;
    this.place = place;
    this.err = err;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** From here on it is known what there is to cancel. */
  void cancels(String id) {
    job.complete(id);
  }

  void interrupted() {
    try {
      String id = job.get(FOR_ANSWER.toSeconds(), TimeUnit.SECONDS);
      if (!id.isEmpty()) {
        cancel(id);
      }
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      err.println(
          "The server has not said whether it took the job; if so, it is the first of "
              + client.jobs());
    } finally {
      err.flush();
      place.close();
    }
  }

  private void cancel(String id) {
    try {
      client.cancel(id, FOR_CANCEL);
      err.println("Canceled the job " + id + ".");
    } catch (Trouble e) {
      if (over) {
        return; // it has ended all the same, which is told already
      }
      err.println(
          "The job may still run; this cancels it: curl -X POST " + client.address(id) + "/cancel");
    }
  }

  @Override
  public void close() {
    over = true;
    job.complete(""); // unless it was known what there was to cancel, there is nothing
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running.
    }
  }
}
