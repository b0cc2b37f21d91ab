package dev.millrace.session.rest.exchange;

import dev.millrace.job.Unavailable;
import dev.millrace.session.rest.exchange.PoolAddress.Target;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. What may be better next time is {@link Busy}; what a person has to
 * mend is {@link Unavailable} at once.
 */
public final class Exchange implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** Longer answers than any pool should give would only fill the memory. */
  private static final int LARGEST_ANSWER = 128 << 20;

  private final PoolAddress address;
  private final ObjectMapper json;
  private final ReentrantLock making = new ReentrantLock();
  private @Nullable HttpClient http;

  public Exchange(PoolAddress address, ObjectMapper json) {
    this.address = address;
    this.json = json;
  }

  /** Made by who needs it first: it reads all certificates there are, which takes its time. */
  private HttpClient http() {
    making.lock();
    try {
      if (http == null) {
        http =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .followRedirects(HttpClient.Redirect.NEVER) // the token is for this address only
                .build();
      }
      return http;
    } finally {
      making.unlock();
    }
  }

  /** JSON for JSON. */
  public Answer ask(Request request) throws Busy, InterruptedException {
    return whole(send(request), request);
  }

  /** The answer with all of its body. */
  public Answer whole(Streamed streamed, Request request) throws Busy, InterruptedException {
    return new Answer(streamed.status, streamed.headers, read(streamed.body, request.limit()));
  }

  /** The answer as its bytes come. To be closed. */
  public Streamed send(Request request) throws Busy, InterruptedException {
    HttpClient client = http(); // before an address is there, which may have to be waited for
    boolean again = false;
    while (true) {
      Target target = address.now();
      Streamed streamed = attempt(client, request, target);
      if (streamed.status == 401 && !again) {
        address.refused(target);
        close(streamed.body);
        again = true;
      } else {
        return checked(streamed, request);
      }
    }
  }

  /** An answer whose body has not been read. */
  public record Streamed(int status, HttpHeaders headers, InputStream body) {}

  private static Streamed attempt(HttpClient http, Request request, Target target)
      throws Busy, InterruptedException {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(withoutSlash(target.endpoint()) + request.target()))
            .method(request.method(), request.body().get())
            .timeout(request.limit())
            .header("Authorization", "Bearer " + target.token())
            .header("Accept", "application/json, */*");
    if (request.contentType() != null) {
      builder.header("Content-Type", request.contentType());
    }
    if (request.operationId() != null) {
      builder.header("operation-id", request.operationId());
    }
    HttpResponse<InputStream> response =
        wait(
            http.sendAsync(builder.build(), HttpResponse.BodyHandlers.ofInputStream()),
            request.limit().plus(CONNECT));
    return new Streamed(response.statusCode(), response.headers(), response.body());
  }

  private static <T> T wait(CompletableFuture<T> answer, Duration limit)
      throws Busy, InterruptedException {
    boolean arrived = false;
    try {
      T value = answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      arrived = true;
      return value;
    } catch (TimeoutException e) {
      throw new Busy("it did not answer in time", null, true, e);
    } catch (ExecutionException e) {
      throw lost(e.getCause());
    } finally {
      if (!arrived) {
        answer.cancel(true); // of this client's, it ends the request as well
      }
    }
  }

  private static Busy lost(@Nullable Throwable cause) {
    if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
      return new Busy("it cannot be reached", null, false, cause);
    }
    if (cause instanceof IOException) {
      // Its message is left out: it may repeat the request.
      return new Busy("the connection was lost", null, true, cause);
    }
    throw new IllegalStateException(cause);
  }

  private Streamed checked(Streamed streamed, Request request) throws Busy, InterruptedException {
    int status = streamed.status;
    if (status == 401 || status == 403 || status == 408 || status == 429 || status >= 500) {
      Answer answer = whole(streamed, request);
      Fault fault = answer.fault();
      if (fault.is(Fault.FILE_FORBIDDEN)) {
        throw new IllegalArgumentException(fault.message());
      }
      switch (status) {
        case 401 -> throw new Unavailable("the session pool did not accept the token (401)");
        case 403 ->
            throw new Unavailable(
                "the session pool refused this identity (403). Give it the role Azure ContainerApps"
                    + " Session Executor on the session pool; a new role takes some minutes"
                    + fault.said());
        default ->
            throw new Busy(
                "it is busy or has a fault (%d)%s".formatted(status, fault.said()),
                answer.retryAfter(),
                status != 429,
                null);
      }
    }
    return streamed;
  }

  /** Null for what is no JSON, as in an error page of something on the way. */
  private @Nullable JsonNode read(InputStream body, Duration limit)
      throws Busy, InterruptedException {
    byte[] bytes;
    try {
      bytes = wait(reading(body), limit);
    } finally {
      close(body); // which ends the reading as well
    }
    if (bytes.length > LARGEST_ANSWER) {
      throw new Unavailable("the session pool answered more than can be read");
    }
    try {
      return bytes.length == 0 ? null : json.readValue(bytes, JsonNode.class);
    } catch (IOException e) {
      return null;
    }
  }

  /** On a thread of its own, for the client gives no time limit to the body of an answer. */
  private static CompletableFuture<byte[]> reading(InputStream body) {
    var bytes = new CompletableFuture<byte[]>();
    Thread.ofVirtual()
        .name("answer")
        .start(
            () -> {
              try {
                bytes.complete(body.readNBytes(LARGEST_ANSWER + 1));
              } catch (IOException e) {
                bytes.completeExceptionally(e);
              }
            });
    return bytes;
  }

  static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      // Nobody wants the rest.
    }
  }

  /** Ends what is still under way. */
  @Override
  public void close() {
    making.lock();
    try {
      if (http != null) {
        http.shutdownNow();
      }
    } finally {
      making.unlock();
    }
  }

  private static String withoutSlash(URI endpoint) {
    String text = endpoint.toString();
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }
}
