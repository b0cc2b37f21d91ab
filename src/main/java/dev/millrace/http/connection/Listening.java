package dev.millrace.http.connection;

import dev.millrace.http.HttpSettings;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.server.netty.configuration.NettyHttpServerConfiguration;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Sets up the server by our settings alone, so that no other way leads past their checks. */
@Singleton
final class Listening implements BeanCreatedEventListener<NettyHttpServerConfiguration> {
  private static final int ANY = -1;
  private static final int LONGEST_HEADERS = 16_384;

  /** Longer than the longest wait of a caller, so only a connection with nothing to do is cut. */
  static final Duration IDLE = Duration.ofSeconds(90);

  private final HttpSettings settings;

  Listening(HttpSettings settings) {
    this.settings = settings;
  }

  @Override
  public NettyHttpServerConfiguration onCreated(
      BeanCreatedEvent<NettyHttpServerConfiguration> created) {
    var server = created.getBean();
    server.setHost(settings.host());
    server.setPort(settings.port() == 0 ? ANY : settings.port());
    server.setMaxRequestSize(settings.largestUpload());
    server.setMaxRequestBufferSize(settings.largestRequest());
    server.setMaxHeaderSize(LONGEST_HEADERS);
    server.setIdleTimeout(IDLE);
    server.setRequestDecompressionEnabled(false); // what unpacks small bodies unpacks bombs
    server.setServerHeader(null);
    return server;
  }
}
