package dev.millrace.function;

import com.microsoft.azure.functions.ExecutionContext;
import com.microsoft.azure.functions.HttpRequestMessage;
import com.microsoft.azure.functions.HttpResponseMessage;
import io.micronaut.azure.function.http.AzureFunctionHttpRequest;
import io.micronaut.azure.function.http.AzureFunctionHttpResponse;
import io.micronaut.context.ApplicationContext;
import io.micronaut.core.convert.ConversionService;
import io.micronaut.function.BinaryTypeConfiguration;
import io.micronaut.servlet.http.BodyBuilder;
import io.micronaut.servlet.http.ServletExchange;
import io.micronaut.servlet.http.ServletHttpHandler;
import java.util.Optional;

/** Leads a request of the host to the controllers, and their answer back. */
public final class WebHandler
    extends ServletHttpHandler<HttpRequestMessage<Optional<String>>, HttpResponseMessage> {

  /** The library knows few types that are no text, and damages the others on their way. */
  private static final BinaryTypeConfiguration ALL =
      new BinaryTypeConfiguration() {
        @Override
        public boolean isMediaTypeBinary(String mediaType) {
          return true;
        }
      };

  public WebHandler(ApplicationContext context) {
    super(context, context.getBean(ConversionService.class));
  }

  HttpResponseMessage answer(HostRequest request, ExecutionContext context) {
    var conversions = applicationContext.getBean(ConversionService.class);
    var response = new AzureFunctionHttpResponse<Object>(request, conversions, ALL);
    exchange(
        new AzureFunctionHttpRequest<>(
            request,
            response,
            context,
            conversions,
            ALL,
            applicationContext.getBean(BodyBuilder.class)));
    return response.getNativeResponse();
  }

  @Override
  protected ServletExchange<HttpRequestMessage<Optional<String>>, HttpResponseMessage>
      createExchange(HttpRequestMessage<Optional<String>> request, HttpResponseMessage response) {
    throw new UnsupportedOperationException("a response is made from its request here");
  }
}
