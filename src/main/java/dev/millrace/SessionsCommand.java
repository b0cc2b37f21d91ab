package dev.millrace;

import dev.millrace.job.Secret;
import dev.millrace.session.SessionSettings;
import dev.millrace.session.local.LocalSessionPool;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "sessions",
    description = {
      "Runs the local session pool alone.",
      "It prints one line of JSON with its endpoint and token, to which any client of Azure's"
          + " session pools can be pointed, and runs until Ctrl-C."
    },
    mixinStandardHelpOptions = true)
final class SessionsCommand implements Callable<Integer> {
  private final Path dotEnv;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Where to listen. Default: any port that is free")
  private int port;

  @Spec private CommandSpec spec;

  SessionsCommand(Path dotEnv) {
    this.dotEnv = dotEnv;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    checkPort();
    try (var assembly = Assembly.start(dotEnv);
        var pool = start(assembly)) {
      var hook = new Thread(pool::close, "stop-sessions");
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        print(assembly.get(ObjectMapper.class), door(pool));
        new CountDownLatch(1).await();
      } finally {
        forget(hook);
      }
    }
    return 0;
  }

  private void checkPort() throws IOException {
    if (port < 0 || port > 65535) {
      throw new Misconfigured(List.of("--port is between 0 and 65535, not " + port + "."), null);
    }
    try (var free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assert free.isBound();
    } catch (IOException e) {
      throw new Misconfigured(
          List.of(
              "Port %d is taken, or not allowed (%s). Choose another with --port, or leave it out."
                  .formatted(port, e.getMessage())),
          e);
    }
  }

  private LocalSessionPool start(Assembly assembly) {
    SessionSettings.Local settings = assembly.get(SessionSettings.class).local();
    return LocalSessionPool.startAt(
        port,
        settings,
        LocalWiring.python(settings),
        new Secret(new byte[32]), // whoever calls names its sessions itself
        assembly.get(ObjectMapper.class),
        assembly.get(InstantSource.class));
  }

  private static LocalSessionPool.Door door(LocalSessionPool pool) {
    try {
      return pool.door();
    } catch (IllegalStateException e) {
      throw new Misconfigured(List.of(String.valueOf(e.getMessage())), e);
    }
  }

  private void print(ObjectMapper json, LocalSessionPool.Door door) throws IOException {
    var line = new LinkedHashMap<String, String>();
    line.put("endpoint", door.endpoint().toString());
    line.put("token", door.token());
    line.put("sandbox", door.sandbox());
    var out = spec.commandLine().getOut();
    out.println(json.writeValueAsString(line));
    out.flush();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running.
    }
  }
}
