package dev.millrace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** A server in a process of its own, with little memory, and a client. */
final class SmallServer implements AutoCloseable {
  static final int MEBIBYTE = 1 << 20;
  private static final Pattern HEAP =
      Pattern.compile("jvm_memory_used_bytes\\{area=\"heap\",[^}]*} (\\S+)");

  final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final URI address;

  SmallServer(Path folder, int mebibytes) throws IOException {
    this(folder, mebibytes, List.of());
  }

  /**
   * @param properties of the JVM, such as {@code -Dname=value}
   */
  SmallServer(Path folder, int mebibytes, List<String> properties) throws IOException {
    var command = ServeProcess.command(folder, "serve");
    command.command().remove("-XX:TieredStopAtLevel=1"); // it runs on, as a server of a user's
    command.environment().remove("MILLRACE_BUS_LOCK");
    command.environment().put("JAVA_TOOL_OPTIONS", "-Xmx" + mebibytes + "m");
    command.command().addAll(1, properties);
    command.redirectError(ProcessBuilder.Redirect.DISCARD);
    process = command.start();
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String found = "";
    for (String line = out.readLine(); found.isEmpty(); line = out.readLine()) {
      if (line == null) {
        throw new IOException("the server did not start");
      }
      if (line.strip().startsWith("http ")) {
        found = line.substring(line.lastIndexOf(' ') + 1);
      }
    }
    address = URI.create(found);
    Thread.ofVirtual().start(() -> out.lines().forEach(line -> {}));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(address.resolve(path));
  }

  String send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IOException(answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }

  String submit(String request, String... headers) throws IOException, InterruptedException {
    var post = request("/v1/jobs").header("Content-Type", "application/json");
    if (headers.length > 0) {
      post.headers(headers);
    }
    return field(send(post.POST(HttpRequest.BodyPublishers.ofString(request))), "id");
  }

  static String field(String json, String name) {
    var found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    if (!found.find()) {
      throw new IllegalArgumentException(name + " is not in " + json);
    }
    return found.group(1);
  }

  /** A file that was sent ahead. */
  record Sent(String id, String sha256) {}

  /** Sends a file of so many MiB ahead. */
  Sent upload(int mebibytes) throws IOException, InterruptedException {
    var body =
        HttpRequest.BodyPublishers.ofInputStream(() -> new Noise((long) mebibytes * MEBIBYTE));
    String sent = send(request("/v1/uploads").POST(body));
    return new Sent(field(sent, "id"), field(sent, "sha256"));
  }

  /** Reads what is there to its end; answers how long it was. */
  long download(String path) throws IOException, InterruptedException {
    var answer = client.send(request(path).build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream bytes = answer.body()) {
      long length = 0;
      byte[] buffer = new byte[MEBIBYTE];
      for (int count = bytes.read(buffer); count >= 0; count = bytes.read(buffer)) {
        length += count;
      }
      return length;
    }
  }

  /** How many MiB of heap are in use, as it says itself. */
  long heap() throws IOException, InterruptedException {
    return HEAP.matcher(send(request("/metrics")))
            .results()
            .mapToLong(found -> (long) Double.parseDouble(found.group(1)))
            .sum()
        / MEBIBYTE;
  }

  /** How much of the processors it has used so far. */
  Duration processor() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    client.shutdownNow();
    process.destroyForcibly();
  }

  /** Bytes that nobody can pack. */
  private static final class Noise extends InputStream {
    private final Random random = new Random(1);
    private long left;

    Noise(long length) {
      this.left = length;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) {
      if (left == 0) {
        return -1;
      }
      int count = (int) Math.min(length, left);
      byte[] some = new byte[count];
      random.nextBytes(some);
      System.arraycopy(some, 0, bytes, from, count);
      left -= count;
      return count;
    }
  }
}
