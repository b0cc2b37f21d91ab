package dev.millrace.bus;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Between a client and a port of this machine: may be cut, or go silent without a word. */
public final class Cable implements AutoCloseable {
  private final ServerSocket plug;
  private final int port;
  private final Set<Strand> strands = ConcurrentHashMap.newKeySet();
  private volatile boolean dead;

  public Cable(int port) throws IOException {
    this.port = port;
    plug = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("cable").start(this::accept);
  }

  public int port() {
    return plug.getLocalPort();
  }

  /** How many connections there are that still speak. */
  public int strands() {
    return (int) strands.stream().filter(strand -> strand.silence.getCount() > 0).count();
  }

  /** From here on nothing passes over the connections that there are; new ones work. */
  public void fallSilent() {
    strands.forEach(strand -> strand.silence.countDown());
  }

  /** Breaks the connections that there are. */
  public void cut() {
    strands.forEach(Strand::close);
  }

  /** Breaks them all, and takes no more until it is mended. */
  public void pull() {
    dead = true;
    cut();
  }

  public void mend() {
    dead = false;
  }

  private void accept() {
    try {
      while (true) {
        Socket near = plug.accept();
        if (dead) {
          near.close();
        } else {
          join(near);
        }
      }
    } catch (IOException e) {
      cut(); // closed
    }
  }

  private void join(Socket near) throws IOException {
    try {
      new Strand(near, new Socket(InetAddress.getLoopbackAddress(), port));
    } catch (ConnectException e) {
      near.close(); // nobody is at the other end
    }
  }

  private final class Strand {
    private final CountDownLatch silence = new CountDownLatch(1);
    private final Socket near;
    private final Socket far;

    Strand(Socket near, Socket far) {
      this.near = near;
      this.far = far;
      strands.add(this);
      Thread.ofVirtual().start(() -> copy(near, far));
      Thread.ofVirtual().start(() -> copy(far, near));
    }

    private void copy(Socket from, Socket to) {
      byte[] buffer = new byte[64 * 1024];
      try (InputStream in = from.getInputStream();
          OutputStream out = to.getOutputStream()) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (silence.getCount() > 0) {
            out.write(buffer, 0, n);
          }
        }
      } catch (IOException e) {
        // the other end went, or the cable was cut
      }
      close();
    }

    private void close() {
      strands.remove(this);
      try {
        near.close();
        far.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    plug.close();
    cut();
  }
}
