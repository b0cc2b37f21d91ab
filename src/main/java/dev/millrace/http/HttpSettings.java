package dev.millrace.http;

import static dev.millrace.security.SecuritySettings.parts;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where the server listens and how much it takes.
 *
 * @param host the address to listen at
 * @param port 0 for any that is free
 * @param largestRequest of a request in JSON, in bytes
 * @param largestUpload of a request with files, in bytes
 * @param keepUploads how long a file is kept that was sent ahead of jobs
 * @param names by which others may call this server, separated by commas; any if empty, where
 *     callers sign in
 * @param origins of the pages of other sites that may call it, separated by commas
 */
@ConfigurationProperties("millrace.http")
public record HttpSettings(
    @Bindable(defaultValue = "127.0.0.1") String host,
    @Bindable(defaultValue = "8080") int port,
    @Bindable(defaultValue = "10485760") int largestRequest,
    @Bindable(defaultValue = "2147483648") long largestUpload,
    @Bindable(defaultValue = "7d") Duration keepUploads,
    @Nullable String names,
    @Nullable String origins) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]");
  private static final Pattern ORIGIN =
      Pattern.compile("https?://([a-z0-9.-]+|\\[[0-9a-f:.]+])(:\\d{1,5})?");

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public HttpSettings {
    host = host.isBlank() ? "127.0.0.1" : host.strip();
    var faults = new ArrayList<String>();
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
    if (!parts(names).stream().allMatch(name -> NAME.matcher(name).matches())) {
      faults.add(
          "millrace.http.names (MILLRACE_HTTP_NAMES) must be names of hosts without a port,"
              + " separated by commas, as in mill.example.com.");
    }
    if (!parts(origins).stream().allMatch(origin -> ORIGIN.matcher(origin).matches())) {
      faults.add(
          "millrace.http.origins (MILLRACE_HTTP_ORIGINS) must be origins, separated by commas, as"
              + " in https://pages.example.com: small letters, without a path, and no *.");
    }
    if (keepUploads.compareTo(Duration.ofMinutes(1)) < 0) {
      faults.add(
          "millrace.http.keep-uploads (MILLRACE_HTTP_KEEP_UPLOADS) must be at least 1m, not %s."
              .formatted(keepUploads));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  Set<String> serverNames() {
    return parts(names).stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .collect(Collectors.toSet());
  }

  Set<String> allowedOrigins() {
    return Set.copyOf(parts(origins));
  }

  /** Whether nobody but this machine can reach the server. */
  public boolean onThisMachineOnly() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
