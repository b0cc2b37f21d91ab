package dev.millrace.intake.fetch;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * From where requests may have files fetched.
 *
 * @param hosts names of hosts, {@code *.NAME} for all below a name; without any nothing is fetched
 * @param largest the most bytes of one file
 * @param timeout for all files of one request
 */
@ConfigurationProperties("millrace.attachments")
public record AttachmentSettings(
    @Nullable List<String> hosts,
    @Bindable(defaultValue = "104857600") long largest,
    @Bindable(defaultValue = "60s") Duration timeout) {
  private static final Pattern HOST =
      Pattern.compile("(\\*\\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]([a-z0-9-]*[a-z0-9])?");

  /**
   * @throws IllegalArgumentException with one line for each setting to mend
   */
  public AttachmentSettings {
    hosts =
        hosts == null
            ? List.of()
            : hosts.stream()
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .filter(host -> !host.isEmpty())
                .toList();
    var faults = new ArrayList<String>();
    for (String host : hosts) {
      if (!HOST.matcher(host).matches()) {
        faults.add(
            "millrace.attachments.hosts (MILLRACE_ATTACHMENTS_HOSTS) must be names of hosts, such"
                + " as files.example.com or *.example.com, not "
                + host
                + ".");
      }
    }
    if (largest < 1) {
      faults.add(
          "millrace.attachments.largest (MILLRACE_ATTACHMENTS_LARGEST) must be at least 1 byte,"
              + " not %d.".formatted(largest));
    }
    if (timeout.isNegative() || timeout.isZero() || timeout.toMinutes() >= 10) {
      faults.add(
          "millrace.attachments.timeout (MILLRACE_ATTACHMENTS_TIMEOUT) must be longer than nothing"
              + " and shorter than 10m, not %s.".formatted(timeout));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  /** Whether anything may be fetched from this host. */
  boolean allows(String host) {
    return hosts != null
        && hosts.stream()
            .anyMatch(
                each ->
                    each.startsWith("*.") ? host.endsWith(each.substring(1)) : host.equals(each));
  }

  boolean off() {
    return hosts == null || hosts.isEmpty();
  }
}
