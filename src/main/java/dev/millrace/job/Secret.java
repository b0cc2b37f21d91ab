package dev.millrace.job;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The one secret of an installation. What must not be guessed from its parts (where a conversation
 * is kept, which code session serves it) is a keyed hash under it.
 */
public final class Secret {
  private final SecretKeySpec key;

  public Secret(byte[] bytes) {
    if (bytes.length < 16) {
      throw new IllegalArgumentException(
          "the secret has " + bytes.length + " bytes; at least 16 random ones are needed");
    }
    key = new SecretKeySpec(bytes, "HmacSHA256");
  }

  /** Lowercase hex of the keyed hash of these parts, shortened to 16 bytes. */
  public String hash(String... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(Digest.join(parts)), 0, 16);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  @Override
  public String toString() {
    return "Secret";
  }
}
