package dev.millrace.intake.fetch;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSocket;

/** Fetches files by their addresses, where that is allowed. Safe for use by many threads. */
public final class Attachments {
  private static final int MOST_REDIRECTS = 3;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final AttachmentSettings settings;
  private final Network network;

  public Attachments(AttachmentSettings settings) {
    this(settings, Network.REAL);
  }

  Attachments(AttachmentSettings settings, Network network) {
    this.settings = settings;
    this.network = network;
  }

  /** Fetches nothing. */
  public static Attachments off() {
    return new Attachments(new AttachmentSettings(List.of(), 1, Duration.ofSeconds(1)));
  }

  /** Why nothing would be fetched from this address, as far as that can be said without asking. */
  public Optional<String> refusal(String url) {
    try {
      Target.of(url, settings);
      return Optional.empty();
    } catch (Unfetched e) {
      return Optional.of(e.why());
    }
  }

  /** When what is begun now has to be done, by {@link System#nanoTime}. */
  public long deadline() {
    return System.nanoTime() + settings.timeout().toNanos();
  }

  /** Does something with a file while it comes. */
  @FunctionalInterface
  public interface Keeping<T> {
    T keep(InputStream bytes);
  }

  /**
   * Fetches a file.
   *
   * @throws Unfetched when it may not be, or cannot be
   * @throws dev.millrace.job.Unavailable when it cannot be kept
   */
  public <T> T fetch(String url, long deadline, Keeping<T> keeping) throws Unfetched {
    Target target = Target.of(url, settings);
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      try (Socket socket = connection(target, deadline)) {
        Answer answer = ask(socket, target, deadline);
        String elsewhere = REDIRECTS.contains(answer.status) ? answer.header("location") : null;
        if (elsewhere == null) {
          return kept(answer, keeping);
        }
        target = Target.of(target.redirected(elsewhere), settings);
      } catch (SocketTimeoutException e) {
        throw late();
      } catch (IOException e) {
        throw new Unfetched("could not be fetched: the host does not answer as it should");
      }
    }
    throw new Unfetched("is redirected more than " + MOST_REDIRECTS + " times");
  }

  private static Unfetched late() {
    return new Unfetched("could not be fetched in time");
  }

  private Socket connection(Target target, long deadline) throws Unfetched, IOException {
    InetAddress address = resolved(target.host());
    Socket plain = network.connect(address, left(deadline));
    try {
      plain.setSoTimeout(left(deadline));
      var safe = (SSLSocket) network.tls().createSocket(plain, target.host(), 443, true);
      var parameters = safe.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      safe.setSSLParameters(parameters);
      safe.startHandshake();
      return safe;
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  /** Asked once, and connected to what was looked at: a second answer might be another one. */
  private InetAddress resolved(String host) throws Unfetched, IOException {
    List<InetAddress> addresses = network.resolve(host);
    if (addresses.isEmpty() || !addresses.stream().allMatch(PublicAddresses::includes)) {
      throw new Unfetched("is on a host that is not on the public internet");
    }
    return addresses.getFirst();
  }

  private static Answer ask(Socket socket, Target target, long deadline) throws IOException {
    socket
        .getOutputStream()
        .write(
            """
            GET %s HTTP/1.1\r
            Host: %s\r
            User-Agent: millrace\r
            Accept: */*\r
            Accept-Encoding: identity\r
            Connection: close\r
            \r
            """
                .formatted(target.resource(), target.host())
                .getBytes(StandardCharsets.US_ASCII));
    return new Answer(new BufferedInputStream(new InTime(socket, deadline)));
  }

  private <T> T kept(Answer answer, Keeping<T> keeping) throws Unfetched, IOException {
    if (answer.status != 200) {
      throw new Unfetched("could not be fetched: the host answers " + answer.status);
    }
    String packed = answer.header("content-encoding");
    if (packed != null && !packed.equalsIgnoreCase("identity")) {
      throw new Unfetched("comes packed, and is not unpacked here");
    }
    if (answer.length() > settings.largest()) {
      throw tooLarge();
    }
    var bounded = new Bounded(answer.body(), settings.largest());
    try (bounded) {
      return keeping.keep(bounded);
    } catch (RuntimeException e) {
      if (bounded.passed()) {
        throw tooLarge();
      }
      if (bounded.fault instanceof SocketTimeoutException) {
        throw late();
      }
      if (bounded.fault != null) {
        throw new Unfetched("could not be fetched: it breaks off");
      }
      throw e;
    }
  }

  private Unfetched tooLarge() {
    return new Unfetched("is larger than %d bytes".formatted(settings.largest()));
  }

  /** What is left of the time; a host that answers a byte at a time has no more of it. */
  private static int left(long deadline) throws SocketTimeoutException {
    long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
    if (millis <= 0) {
      throw new SocketTimeoutException();
    }
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }

  private static final class InTime extends FilterInputStream {
    private final Socket socket;
    private final long deadline;

    InTime(Socket socket, long deadline) throws IOException {
      super(socket.getInputStream());
      this.socket = socket;
      this.deadline = deadline;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      socket.setSoTimeout(left(deadline));
      return super.read(bytes, from, length);
    }
  }

  /** Keeps whoever reads from reading too much, and remembers what went wrong below. */
  private static final class Bounded extends FilterInputStream {
    private final long largest;
    private long seen;
    private @org.jspecify.annotations.Nullable IOException fault;

    Bounded(InputStream in, long largest) {
      super(in);
      this.largest = largest;
    }

    boolean passed() {
      return seen > largest;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      try {
        int count = super.read(bytes, from, length);
        seen += Math.max(0, count);
        if (passed()) {
          throw new IOException("larger than allowed");
        }
        return count;
      } catch (IOException e) {
        fault = e;
        throw e;
      }
    }
  }
}
