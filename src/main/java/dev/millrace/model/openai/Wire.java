package dev.millrace.model.openai;

import com.azure.ai.openai.OpenAIAsyncClient;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.rest.RequestOptions;
import com.azure.core.http.rest.Response;
import com.azure.core.util.BinaryData;
import dev.millrace.model.waiting.Busy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One request to one address, and its answer as it comes. */
final class Wire {
  private final Supplier<OpenAIAsyncClient> client;
  private final URI url;
  private final String model;
  private final Duration timeout;
  private final Duration stall;

  /**
   * @param url of the chat completions, in full: the SDK knows two ways to make one, and there are
   *     more
   */
  Wire(
      Supplier<OpenAIAsyncClient> client, URI url, String model, Duration timeout, Duration stall) {
    this.client = client;
    this.url = url;
    this.model = model;
    this.timeout = timeout;
    this.stall = stall;
  }

  /** What came back. */
  sealed interface Answer {
    /** To be closed. */
    record Accepted(boolean streamed, Body body) implements Answer {}

    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Refused(int status, HttpHeaders headers, byte[] body) implements Answer {}
  }

  Answer ask(byte[] json, SignIn.@Nullable Proof proof) throws Busy, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    CompletableFuture<@Nullable Response<BinaryData>> answer =
        client
            .get()
            .getChatCompletionsWithResponse(model, BinaryData.fromBytes(json), options(proof))
            .toFuture();
    try {
      Response<BinaryData> response =
          Objects.requireNonNull(answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
      return new Answer.Accepted(
          streamed(response.getHeaders()),
          Body.of(response.getValue().toFluxByteBuffer(), stall, deadline));
    } catch (TimeoutException e) {
      throw Busy.once("it did not answer in time", e);
    } catch (ExecutionException e) {
      return refused(e.getCause());
    } finally {
      answer.cancel(true); // does nothing to one that has come
    }
  }

  private RequestOptions options(SignIn.@Nullable Proof proof) {
    var options = new RequestOptions();
    options.addRequestCallback(
        request -> {
          request.setUrl(url.toString());
          request.setHeader(HttpHeaderName.ACCEPT, "text/event-stream, application/json");
          if (proof != null) {
            request.setHeader(HttpHeaderName.fromString(proof.header()), proof.value());
          }
        });
    return options;
  }

  private static boolean streamed(HttpHeaders headers) {
    String type = headers.getValue(HttpHeaderName.CONTENT_TYPE);
    return type != null && type.contains("event-stream");
  }

  /** The SDK throws what is no success; its message repeats the body, so it goes no further. */
  private static Answer.Refused refused(@Nullable Throwable fault) throws Busy {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof HttpResponseException refusal && refusal.getResponse() != null) {
        var response = refusal.getResponse();
        BinaryData body = response.getBodyAsBinaryData();
        return new Answer.Refused(
            response.getStatusCode(),
            response.getHeaders(),
            body == null ? new byte[0] : body.toBytes());
      }
    }
    throw lost(fault);
  }

  static Busy lost(@Nullable Throwable fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return Busy.once("nobody knows its name", cause);
      }
      if (cause instanceof ConnectException) {
        return Busy.once("it cannot be reached", cause);
      }
      if (cause instanceof SSLException) {
        return Busy.once("no secure connection could be made", cause);
      }
      if (cause instanceof IOException) {
        return Busy.once("the connection was lost", cause);
      }
    }
    // Not as a cause: nobody knows what else may be in its message.
    return Busy.once(
        "its client failed (%s)".formatted(fault == null ? "?" : fault.getClass().getSimpleName()),
        null);
  }
}
