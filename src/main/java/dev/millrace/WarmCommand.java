package dev.millrace;

import dev.millrace.session.SessionSettings;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** What a server does in its first second, so that the JVM can keep what it learned of that. */
@Command(name = "warm", hidden = true, description = "Runs once for the start-up cache.")
final class WarmCommand implements Callable<Integer> {
  @Override
  public Integer call() throws IOException, InterruptedException {
    try (var scratch = Scratch.make();
        var mill = Mill.start(scratch.start());
        var http = HttpClient.newHttpClient();
        var customer = new Customer(mill.connectionString().orElseThrow())) {
      boolean python =
          Files.isExecutable(LocalWiring.python(mill.get(SessionSettings.class).local()));
      customer.send(
          "warm", python ? "{\"message\": \"What is 1 + 1?\"}" : "{\"message\": \"Hello\"}");
      String id = customer.next().job().text("id");
      for (String path : new String[] {"/health/liveness", "/v1/jobs/" + id}) {
        var request = HttpRequest.newBuilder(mill.address().resolve(path)).build();
        http.send(request, BodyHandlers.discarding());
      }
    }
    return ExitCode.OK;
  }
}
