package dev.millrace.amqp.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Supplier;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.jspecify.annotations.Nullable;

/** What a connection sends: gathered, and written when there is nothing more to do at once. */
final class Output {
  private static final int FIRST_BUFFER = 1024;
  private static final int ENOUGH_TO_WRITE = 256 * 1024;

  private final Supplier<ChannelHandlerContext> channel;
  private @Nullable ByteBuf gathered;

  Output(Supplier<ChannelHandlerContext> channel) {
    this.channel = channel;
  }

  void write(ProtonBuffer frame) {
    int length = frame.getReadableBytes();
    if (gathered == null) {
      gathered = channel.get().alloc().directBuffer(Math.max(length, FIRST_BUFFER));
    }
    gathered.ensureWritable(length);
    frame.readBytes(gathered.nioBuffer(gathered.writerIndex(), length));
    gathered.writerIndex(gathered.writerIndex() + length);
    frame.close();
    if (gathered.readableBytes() >= ENOUGH_TO_WRITE) {
      flush();
    }
  }

  void flush() {
    if (gathered != null) {
      var full = gathered;
      gathered = null;
      // What cannot be written comes with the end of the channel.
      var unused = channel.get().writeAndFlush(full);
    }
  }

  /** The channel is gone. */
  void drop() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }
}
