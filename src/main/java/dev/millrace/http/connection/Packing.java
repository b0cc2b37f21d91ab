package dev.millrace.http.connection;

import io.micronaut.context.annotation.Replaces;
import io.micronaut.http.MediaType;
import io.micronaut.http.server.netty.HttpCompressionStrategy;
import io.micronaut.http.server.netty.configuration.NettyHttpServerConfiguration;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import jakarta.inject.Singleton;

/**
 * Packs whole answers of some length for who can unpack them. A file stays as it is: its ranges and
 * its tag are about its own bytes, not about packed ones. So do events, which nobody may hold back.
 */
@Singleton
@Replaces(HttpCompressionStrategy.class)
final class Packing implements HttpCompressionStrategy {
  private static final long WORTH_IT = 1024;

  @Override
  public boolean isEnabled() {
    return true;
  }

  @Override
  public boolean shouldCompress(HttpResponse response) {
    String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE);
    return type != null
        && MediaType.isTextBased(type)
        && HttpUtil.getContentLength(response, 0L) >= WORTH_IT
        && !response.headers().contains(HttpHeaderNames.ACCEPT_RANGES);
  }

  @Override
  public int getMaxZstdEncodeSize() {
    return NettyHttpServerConfiguration.DEFAULT_MAX_ZSTD_ENCODE_SIZE;
  }
}
