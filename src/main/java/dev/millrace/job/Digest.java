package dev.millrace.job;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256, in the two forms that cross boundaries: of bytes, and of parts. Parts are written as
 * their UTF-8 length in decimal, a colon and their bytes, so that no two lists of parts look alike.
 */
public final class Digest {
  private Digest() {}

  public static String sha256(byte[] bytes) {
    return hex(bytes);
  }

  static String ofParts(int length, String... parts) {
    return hex(join(parts)).substring(0, 2 * length);
  }

  static byte[] join(String... parts) {
    var joined = new java.io.ByteArrayOutputStream();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      joined.writeBytes((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      joined.writeBytes(bytes);
    }
    return joined.toByteArray();
  }

  /** A fresh SHA-256 for bytes that come as a stream. */
  public static MessageDigest streaming() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(streaming().digest(bytes));
  }
}
