package dev.millrace.function;

import com.microsoft.azure.functions.ExecutionContext;
import com.microsoft.azure.functions.HttpMethod;
import com.microsoft.azure.functions.HttpRequestMessage;
import com.microsoft.azure.functions.HttpResponseMessage;
import com.microsoft.azure.functions.annotation.AuthorizationLevel;
import com.microsoft.azure.functions.annotation.FunctionName;
import com.microsoft.azure.functions.annotation.HttpTrigger;
import java.util.Optional;

/**
 * Answers what has no function of its own. Callers show the host the key of the function, whatever
 * else {@code millrace.security} asks of them.
 */
public final class HttpFunction {
  private final WebHandler handler;

  public HttpFunction(WebHandler handler) {
    this.handler = handler;
  }

  @FunctionName("http")
  public HttpResponseMessage run(
      @HttpTrigger(
              name = "request",
              methods = {
                HttpMethod.GET,
                HttpMethod.HEAD,
                HttpMethod.POST,
                HttpMethod.PUT,
                HttpMethod.DELETE,
                HttpMethod.OPTIONS,
                HttpMethod.PATCH
              },
              route = "{*path}",
              authLevel = AuthorizationLevel.FUNCTION)
          HttpRequestMessage<Optional<String>> request,
      ExecutionContext context) {
    return handler.answer(HostRequest.ofText(request), context);
  }
}
