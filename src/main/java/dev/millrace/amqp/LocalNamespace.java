package dev.millrace.amqp;

import dev.millrace.amqp.connection.AmqpConnection;
import dev.millrace.broker.Namespace;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A namespace that listens. The SDKs of Azure connect to it with {@link #connectionString}, over
 * TCP without TLS; any key is right, so it listens on loopback unless it is told otherwise.
 */
public final class LocalNamespace implements AutoCloseable {
  /** Where the SDKs look for an emulator when the connection string names no port. */
  public static final int USUAL_PORT = 5672;

  private static final int BACKLOG = 1024;
  private static final int LOW_WATER = 256 * 1024;
  private static final int HIGH_WATER = 1024 * 1024;
  private static final long PATIENCE_SECONDS = 5;

  private final EventLoopGroup threads;
  private final Set<AmqpConnection> connections;
  private final Channel listening;

  private LocalNamespace(
      EventLoopGroup threads, Set<AmqpConnection> connections, Channel listening) {
    this.threads = threads;
    this.connections = connections;
    this.listening = listening;
  }

  /**
   * Listens on loopback.
   *
   * @param port 0 for any that is free
   * @throws UncheckedIOException with a plain sentence, when the port is taken
   */
  public static LocalNamespace start(Namespace namespace, int port) {
    return start(namespace, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** Listens on that address. Everybody who reaches it may do everything. */
  public static LocalNamespace start(Namespace namespace, InetSocketAddress address) {
    var threads =
        new MultiThreadIoEventLoopGroup(
            0, new DefaultThreadFactory("amqp", true), NioIoHandler.newFactory());
    Set<AmqpConnection> connections = ConcurrentHashMap.newKeySet();
    var bound =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    var connection = new AmqpConnection(own -> new LinkRouter(own, namespace));
                    connections.add(connection);
                    channel.closeFuture().addListener(closed -> connections.remove(connection));
                    channel.pipeline().addLast(connection);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      stop(threads);
      throw cannotListen(address, bound.cause());
    }
    return new LocalNamespace(threads, connections, bound.channel());
  }

  public int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** What the SDKs connect with. The key is a placeholder; none is checked. */
  public String connectionString() {
    return "Endpoint=sb://localhost:%d;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=local;UseDevelopmentEmulator=true;"
        .formatted(port());
  }

  /** Tells every client that it may connect again later, and stops listening. */
  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    connections.forEach(AmqpConnection::shutDown);
    stop(threads);
  }

  private static void stop(EventLoopGroup threads) {
    threads.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static UncheckedIOException cannotListen(InetSocketAddress address, Throwable cause) {
    var sentence =
        cause instanceof BindException
            ? "Port %d is taken by another program. Stop it, or choose another port."
                .formatted(address.getPort())
            : "Cannot listen on %s: %s".formatted(address, cause.getMessage());
    return new UncheckedIOException(sentence, new IOException(cause));
  }
}
