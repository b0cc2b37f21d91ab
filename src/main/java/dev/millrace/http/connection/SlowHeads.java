package dev.millrace.http.connection;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection on which no head of a request has come to its end for too long, however many
 * bytes have come: a byte now and then keeps it from being idle. While a request is at work here,
 * nothing is cut. Belongs to the thread of its connection.
 */
final class SlowHeads extends ChannelDuplexHandler {
  private final Duration patience;
  private @Nullable Future<?> cut;
  private int atWork;

  SlowHeads(Duration patience) {
    this.patience = patience;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    expect(context);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest) {
      atWork++;
      callOff();
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof LastHttpContent && !isInterim(message) && --atWork == 0) {
      expect(context);
    }
    var unused = context.write(message, promise); // whoever writes holds the promise
  }

  /** That a body may be sent now is no answer yet. */
  private static boolean isInterim(Object message) {
    return message instanceof HttpResponse response
        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    callOff();
  }

  private void expect(ChannelHandlerContext context) {
    callOff();
    cut = context.executor().schedule(() -> cut(context), patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void cut(ChannelHandlerContext context) {
    var unused = context.close();
  }

  private void callOff() {
    if (cut != null) {
      cut.cancel(false);
      cut = null;
    }
  }
}
