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
 * Takes files of any kind. The host hands a body over either as text or as bytes, by its content
 * type, and binds one of the two to a function: so bytes need a function of their own, and it gets
 * what is sent as {@code application/octet-stream}.
 */
public final class UploadFunction {
  private final WebHandler handler;

  public UploadFunction(WebHandler handler) {
    this.handler = handler;
  }

  @FunctionName("uploads")
  public HttpResponseMessage run(
      @HttpTrigger(
              name = "request",
              dataType = "binary",
              methods = HttpMethod.POST,
              route = "v1/uploads",
              authLevel = AuthorizationLevel.FUNCTION)
          HttpRequestMessage<Optional<byte[]>> request,
      ExecutionContext context) {
    return handler.answer(HostRequest.ofBytes(request), context);
  }
}
