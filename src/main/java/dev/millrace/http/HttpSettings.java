package dev.millrace.http;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;

/**
 * Where the server listens and how much it takes.
 *
 * @param host on this machine only, as long as nobody signs in
 * @param port 0 for any that is free
 * @param largestRequest of a request in JSON, in bytes
 * @param largestUpload of a request with files, in bytes
 */
@ConfigurationProperties("millrace.http")
public record HttpSettings(
    @Bindable(defaultValue = "127.0.0.1") String host,
    @Bindable(defaultValue = "8080") int port,
    @Bindable(defaultValue = "10485760") int largestRequest,
    @Bindable(defaultValue = "2147483648") long largestUpload) {

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public HttpSettings {
    host = host.isBlank() ? "127.0.0.1" : host.strip();
    var faults = new ArrayList<String>();
    if (!loopback(host)) {
      faults.add(
          "millrace.http.host (MILLRACE_HTTP_HOST) must be an address of this machine alone, such"
              + " as 127.0.0.1: nobody has to sign in yet, so nobody else may get in. It is "
              + host
              + ".");
    }
    if (port < 0 || port > 65_535) {
      faults.add(
          "millrace.http.port (MILLRACE_HTTP_PORT) must be 0 to 65535, not %d.".formatted(port));
    }
    if (largestRequest < 1024) {
      faults.add(
          "millrace.http.largest-request (MILLRACE_HTTP_LARGEST_REQUEST) must be at least 1024"
              + " bytes, not %d.".formatted(largestRequest));
    }
    if (largestUpload < largestRequest) {
      faults.add(
          "millrace.http.largest-upload (MILLRACE_HTTP_LARGEST_UPLOAD) must be at least as large as"
              + " millrace.http.largest-request, not %d.".formatted(largestUpload));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  private static boolean loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
