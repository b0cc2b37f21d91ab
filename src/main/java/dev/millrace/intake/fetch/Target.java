package dev.millrace.intake.fetch;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * What is asked for, and where.
 *
 * @param host a name in lower case, never an address
 * @param resource path and query
 */
record Target(String host, String resource) {
  private static final int HTTPS = 443;
  private static final int LONGEST = 4096;

  /** Reads an address that may be fetched from. */
  static Target of(String url, AttachmentSettings settings) throws Unfetched {
    if (settings.off()) {
      throw new Unfetched("files by address are switched off here; send base64 or an uploadId");
    }
    URI uri = uri(url);
    if (!"https".equalsIgnoreCase(uri.getScheme())) {
      throw new Unfetched("must begin with https://");
    }
    if (uri.getRawUserInfo() != null) {
      throw new Unfetched("must not hold a name or password");
    }
    if (uri.getHost() == null || (uri.getPort() != -1 && uri.getPort() != HTTPS)) {
      throw new Unfetched("must name a host, and no port but 443");
    }
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    if (!settings.allows(host)) {
      throw new Unfetched("is on a host that is not in millrace.attachments.hosts");
    }
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return new Target(host, uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
  }

  private static URI uri(String url) throws Unfetched {
    try {
      if (url.length() <= LONGEST) {
        return new URI(new URI(url).toASCIIString());
      }
    } catch (URISyntaxException e) {
      // said below
    }
    throw new Unfetched("is no address, or longer than " + LONGEST + " characters");
  }

  /** Where a redirect from here leads. */
  String redirected(String location) throws Unfetched {
    try {
      return new URI("https", host, "/", null).resolve(resource).resolve(location).toString();
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new Unfetched("is redirected to something that is no address");
    }
  }
}
