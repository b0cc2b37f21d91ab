package dev.millrace.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a server is, as somebody wrote it. What is wrong with it does not repeat it. */
final class Endpoint {
  private final ModelKind kind;
  private final List<String> faults = new ArrayList<>();
  private final @Nullable URI url;

  /**
   * @param text empty for the usual one of that kind
   */
  Endpoint(ModelKind kind, String text) {
    this.kind = kind;
    this.url = checked(text.isEmpty() ? usual() : text);
  }

  /** Sentences that begin behind the name of the setting. */
  List<String> faults() {
    return faults;
  }

  /** Null when it is no address at all. */
  @Nullable URI url() {
    return url;
  }

  /** Whether what is said there can be heard by others than this machine. */
  boolean clear() {
    return url != null && "http".equalsIgnoreCase(url.getScheme()) && !loopback(url.getHost());
  }

  private String usual() {
    return switch (kind) {
      case OPENAI -> "https://api.openai.com/v1";
      case OLLAMA -> "http://localhost:11434/v1";
      case AZURE, CLAUDE, REHEARSAL -> "";
    };
  }

  private @Nullable URI checked(String text) {
    URI address = address(text);
    if (address == null) {
      faults.add((text.isEmpty() ? "is missing. It " : "") + like());
      return null;
    }
    if (address.getRawUserInfo() != null
        || address.getRawQuery() != null
        || address.getRawFragment() != null) {
      faults.add(like() + " Leave out what signs in, and what follows a question mark.");
    }
    boolean azure = kind == ModelKind.AZURE;
    String path = address.getRawPath().replaceFirst("/+$", "");
    if (path.endsWith("/chat/completions") || (azure && !path.isEmpty())) {
      faults.add(like() + " Leave out the rest of the path.");
    }
    return path.isEmpty() && !azure ? address.resolve("/v1") : address;
  }

  private String like() {
    return kind == ModelKind.AZURE
        ? "must be like https://NAME.openai.azure.com."
        : "must be like https://HOST/v1.";
  }

  private static @Nullable URI address(String text) {
    try {
      var address = new URI(text);
      boolean web =
          "https".equalsIgnoreCase(address.getScheme())
              || "http".equalsIgnoreCase(address.getScheme());
      return web && address.getHost() != null ? address : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static boolean loopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.equals("[::1]")
        || host.matches("127(\\.\\d{1,3}){3}");
  }
}
