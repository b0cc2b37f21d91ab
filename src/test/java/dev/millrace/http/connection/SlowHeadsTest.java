package dev.millrace.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SlowHeadsTest {
  private static final String HEAD = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private final EmbeddedChannel channel =
      new EmbeddedChannel(new HttpServerCodec(), new SlowHeads(Duration.ofSeconds(90)));

  private void seconds(int seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }

  private void comes(String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
  }

  private void answer(HttpResponseStatus status) {
    channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status));
  }

  @Test
  void a_head_that_drips_is_not_waited_for_without_end() {
    for (int i = 0; i < 8; i++) {
      comes("X");
      seconds(11);
    }
    assertThat(channel.isOpen()).isTrue();

    comes("X");
    seconds(3);

    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void a_request_may_be_at_work_for_as_long_as_it_takes() {
    comes(HEAD);
    channel.writeOutbound(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
    seconds(1000);

    assertThat(channel.isOpen()).isTrue();

    channel.writeOutbound(LastHttpContent.EMPTY_LAST_CONTENT);
    seconds(89);
    assertThat(channel.isOpen()).isTrue();
    seconds(1);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void the_answer_to_one_request_says_nothing_about_the_next() {
    comes(HEAD + HEAD);
    answer(HttpResponseStatus.OK);
    seconds(1000);

    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void a_body_may_take_its_time_after_it_was_invited() {
    comes("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
    answer(HttpResponseStatus.CONTINUE);
    seconds(1000);

    assertThat(channel.isOpen()).isTrue();
  }
}
