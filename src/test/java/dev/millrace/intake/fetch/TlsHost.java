package dev.millrace.intake.fetch;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * A server over TLS on this machine, and a network in which it stands behind any public address;
 * names resolve to what the test says.
 */
final class TlsHost implements Network, AutoCloseable {
  static final String NAME = "files.example.com";
  private static final char[] PASSWORD = "password".toCharArray();

  final Map<String, List<String>> names = new HashMap<>(Map.of(NAME, List.of("93.184.215.14")));
  final List<InetAddress> connected = new ArrayList<>();
  private final HttpsServer server;
  private final SSLContext context;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  TlsHost(Path directory) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(certificate(directory))) {
      keys.load(in, PASSWORD);
    }
    var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD);
    var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(keys);
    context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(threads);
    server.start();
  }

  private static Path certificate(Path directory) throws Exception {
    Path file = directory.resolve("keys.p12");
    var made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "host",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + NAME,
                "-ext",
                "SAN=dns:" + NAME,
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    String said = new String(made.getInputStream().readAllBytes());
    if (made.waitFor() != 0) {
      throw new IllegalStateException(said);
    }
    return file;
  }

  void on(String path, HttpHandler handler) {
    server.createContext(path, handler);
  }

  void answers(String path, String body) {
    on(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, body.length());
          try (var out = exchange.getResponseBody()) {
            out.write(body.getBytes());
          }
        });
  }

  void redirects(String path, String location) {
    on(
        path,
        exchange -> {
          exchange.getResponseHeaders().set("Location", location);
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
  }

  @Override
  public List<InetAddress> resolve(String host) throws IOException {
    var addresses = new ArrayList<InetAddress>();
    for (String address : names.getOrDefault(host, List.of())) {
      addresses.add(InetAddress.getByName(address));
    }
    return addresses;
  }

  @Override
  public Socket connect(InetAddress address, int millis) throws IOException {
    connected.add(address);
    var socket = new Socket();
    socket.connect(server.getAddress(), millis);
    return socket;
  }

  @Override
  public SSLSocketFactory tls() {
    return context.getSocketFactory();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
