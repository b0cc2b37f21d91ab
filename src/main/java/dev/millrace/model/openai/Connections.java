package dev.millrace.model.openai;

import com.azure.ai.openai.OpenAIAsyncClient;
import com.azure.ai.openai.OpenAIClientBuilder;
import com.azure.core.http.HttpClient;
import com.azure.core.http.netty.NettyAsyncHttpClientBuilder;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.util.Configuration;
import com.azure.core.util.ConfigurationBuilder;
import com.azure.core.util.ConfigurationSource;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The clients of the SDK, over one transport that is made when the first of them is used. They sign
 * nobody in, try nothing again and know no time limits: all of that is done in front of them.
 */
public final class Connections {
  private static final ConfigurationSource NONE = path -> Map.of();
  private static final Configuration NO_VARIABLES =
      new ConfigurationBuilder(NONE, NONE, NONE).build();
  private static final RetryOptions NO_RETRIES =
      new RetryOptions(new FixedDelayOptions(0, Duration.ZERO));

  /** The SDK reads what a refusal says before it throws it away. */
  private static final HttpPipelinePolicy READABLE_REFUSALS =
      (context, next) ->
          next.process()
              .map(response -> response.getStatusCode() / 100 == 2 ? response : response.buffer());

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable HttpClient transport;

  /** To an endpoint of Azure. */
  Supplier<OpenAIAsyncClient> azure(String endpoint) {
    return kept(() -> builder().endpoint(endpoint).buildAsyncClient());
  }

  /** To anybody else. */
  Supplier<OpenAIAsyncClient> compatible() {
    return kept(() -> builder().buildAsyncClient());
  }

  private OpenAIClientBuilder builder() {
    return new OpenAIClientBuilder()
        .httpClient(transport())
        .configuration(NO_VARIABLES)
        .addPolicy(READABLE_REFUSALS)
        .retryOptions(NO_RETRIES);
  }

  /** Called under the lock. */
  private HttpClient transport() {
    HttpClient made = transport;
    if (made == null) {
      made =
          new NettyAsyncHttpClientBuilder()
              .connectTimeout(Duration.ofSeconds(10))
              .responseTimeout(Duration.ZERO)
              .readTimeout(Duration.ZERO)
              .build();
      transport = made;
    }
    return made;
  }

  private Supplier<OpenAIAsyncClient> kept(Supplier<OpenAIAsyncClient> making) {
    return new Supplier<>() {
      private @Nullable OpenAIAsyncClient client;

      @Override
      public OpenAIAsyncClient get() {
        lock.lock();
        try {
          OpenAIAsyncClient made = client;
          if (made == null) {
            made = making.get();
            client = made;
          }
          return made;
        } finally {
          lock.unlock();
        }
      }
    };
  }
}
