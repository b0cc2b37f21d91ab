package dev.millrace.session.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Paths below the address of a pool, with the version and the session that every call names. */
record Targets(ApiVersion version) {
  String of(String path, String identifier) {
    return of(path, identifier, Map.of());
  }

  String of(String path, String identifier, Map<String, String> parameters) {
    String more =
        parameters.entrySet().stream()
            .map(each -> "&" + each.getKey() + "=" + encoded(each.getValue()))
            .collect(Collectors.joining());
    return "%s?api-version=%s&identifier=%s%s"
        .formatted(path, encoded(version.name()), encoded(identifier), more);
  }

  /**
   * The next page of a listing. Of the link only the parameters are taken: our token goes to no
   * other address, and to no other session.
   */
  String next(String path, String identifier, String link) {
    String query = "";
    try {
      String raw = new URI(link).getRawQuery();
      query = raw == null ? "" : raw;
    } catch (URISyntaxException e) {
      // No link at all; the first page comes once more, and then the limit of pages.
    }
    String more =
        Stream.of(query.split("&"))
            .filter(each -> !each.isEmpty())
            .filter(each -> !each.startsWith("identifier=") && !each.startsWith("api-version="))
            .map(each -> "&" + each)
            .collect(Collectors.joining());
    return of(path, identifier) + more;
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}
