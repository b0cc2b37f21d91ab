package dev.millrace.session;

import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that code has shown: a figure, or a table. The same thing in one or more media types;
 * text as it is, images in Base64.
 */
public record Display(Map<String, String> bundle) {
  private static final String PNG = "image/png";

  public Display {
    bundle = Collections.unmodifiableMap(new LinkedHashMap<>(bundle));
  }

  public static Display png(String base64) {
    return new Display(Map.of(PNG, base64));
  }

  /** The bytes of the image, if it is one. Never trusted: code has made them. */
  public Optional<byte[]> png() {
    try {
      return Optional.ofNullable(bundle.get(PNG)).map(Base64.getMimeDecoder()::decode);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
