package dev.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Submits one job, shows what it does, and brings its answer and its files. */
@Command(
    name = "run",
    description = {
      "Runs one job and shows what it does, on standard error: the words of its model and the"
          + " output of its code while they come. The answer alone goes to standard output; on a"
          + " terminal that has seen it come it does not stand twice.",
      "It uses the server that has the data directory, if one is running, and starts everything in"
          + " this process otherwise. When that server goes away it is waited for, for about half a"
          + " minute; the job is kept. Ctrl-C cancels the job."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the job succeeded",
      "1:the job failed, or the server did",
      "2:the command line or the configuration has to be mended first",
      "4:the job came to a limit before its end; what it found is shown",
      "5:the job was canceled",
      "130:stopped with Ctrl-C",
      "143:stopped by SIGTERM"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./millrace run \"What is 17 * 23?\"",
      "  ./millrace run \"Profile this file\" --file sales.csv",
      "  ./millrace run \"And by month?\" --session sales",
      "  ./millrace run - --json < prompt.txt | jq .response"
    })
public final class RunCommand implements Callable<Integer> {
  private final Host host;
  private final InputStream in;
  private final boolean terminal;

  @Parameters(paramLabel = "PROMPT", description = "What is to be done; - reads it from the input.")
  private String prompt = "";

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A file for the job to work with; as often as there are files.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--session",
      paramLabel = "NAME",
      description = "The conversation it belongs to; a later job of the same name goes on from it.")
  private @Nullable String session;

  @Option(names = "--agent", paramLabel = "NAME", description = "Who is asked.")
  private @Nullable String agent;

  @Option(
      names = "--json",
      description = "Prints the job with all its steps as JSON, in place of its answer.")
  private boolean json;

  @Option(names = "--server", paramLabel = "URL", description = "The server to use.")
  private @Nullable URI server;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the job's files are saved. Default: millrace-files/ID of the job")
  private @Nullable Path folder;

  @Spec private CommandSpec spec;

  /**
   * @param in where a prompt may come from
   * @param terminal whether a person sees standard output and standard error on one terminal
   */
  public RunCommand(Host host, InputStream in, boolean terminal) {
    this.host = host;
    this.in = in;
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      String message = message();
      check();
      try (var place = place();
          var client = new JobClient(place.address())) {
        return run(client, place, message);
      }
    } catch (Trouble e) {
      err().println(e.getMessage());
      return e.exitCode();
    }
  }

  private String message() {
    try {
      String message =
          prompt.equals("-") ? new String(in.readAllBytes(), StandardCharsets.UTF_8) : prompt;
      if (message.isBlank()) {
        throw Trouble.wrong("The prompt is empty. Say what is to be done.");
      }
      return message;
    } catch (IOException e) {
      throw Trouble.failed("The prompt cannot be read: " + e.getMessage(), e);
    }
  }

  private void check() {
    var wrong = new ArrayList<String>();
    for (Path file : files) {
      if (!Files.exists(file)) {
        wrong.add("--file: there is no file " + file + ".");
      } else if (Files.isDirectory(file)) {
        wrong.add("--file: " + file + " is a directory. Name the files that are meant.");
      } else if (!Files.isRegularFile(file)) {
        wrong.add("--file: " + file + " is no file whose length is known. Make one of it first.");
      } else if (!Files.isReadable(file)) {
        wrong.add("--file: this user may not read " + file + ".");
      }
    }
    if (server != null && (server.getHost() == null || !server.toString().matches("https?://.*"))) {
      wrong.add("--server: must be like http://localhost:8080, not " + server + ".");
    }
    if (folder != null && Files.exists(folder) && !Files.isDirectory(folder)) {
      wrong.add("--out: " + folder + " is no folder.");
    }
    if (!wrong.isEmpty()) {
      throw Trouble.wrong(String.join("\n", wrong));
    }
  }

  private Host.Server place() {
    Optional<URI> running = Optional.ofNullable(server).or(host::owner);
    if (running.isPresent()) {
      return new Elsewhere(running.get());
    }
    err().println("No server is running here: starting everything in this process ...");
    err().flush();
    return host.start();
  }

  /** One that goes on without us. */
  private record Elsewhere(URI address) implements Host.Server {
    @Override
    public void close() {
      // not ours to stop
    }
  }

  private int run(JobClient client, Host.Server place, String message) throws InterruptedException {
    var request = new LinkedHashMap<String, @Nullable Object>();
    request.put("message", message);
    request.put("agent", agent);
    request.put("sessionId", session);
    request.put("stream", true);
    var screen = new Screen(err());
    String id;
    try (var interruption = new Interruption(client, place, err())) {
      id = client.submit(request, files).text("id");
      interruption.cancels(id);
      new Following(client, id, screen::show, screen::note).toTheEnd();
    } finally {
      screen.closeLine();
    }
    var report = new Report(client, client.job(id), spec.commandLine().getOut(), err());
    if (json) {
      report.whole();
    } else {
      report.answer(answer -> terminal && screen.saidLast(answer));
    }
    report.filesIn(folder == null ? Path.of("millrace-files", Saving.safe(id)) : folder);
    return report.end();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
