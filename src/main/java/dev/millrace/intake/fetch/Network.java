package dev.millrace.intake.fetch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;

/** The way out: names become addresses, and addresses connections. */
interface Network {
  List<InetAddress> resolve(String host) throws IOException;

  /** Connects to the port of HTTPS. */
  Socket connect(InetAddress address, int millis) throws IOException;

  /** What makes a connection safe, and knows whom to trust. */
  SSLSocketFactory tls();

  /** As it is. */
  Network REAL =
      new Network() {
        @Override
        public List<InetAddress> resolve(String host) throws IOException {
          return List.of(InetAddress.getAllByName(host));
        }

        @Override
        public Socket connect(InetAddress address, int millis) throws IOException {
          var socket = new Socket(java.net.Proxy.NO_PROXY);
          try {
            socket.connect(new InetSocketAddress(address, 443), millis);
            return socket;
          } catch (IOException e) {
            socket.close();
            throw e;
          }
        }

        @Override
        public SSLSocketFactory tls() {
          return (SSLSocketFactory) SSLSocketFactory.getDefault();
        }
      };
}
