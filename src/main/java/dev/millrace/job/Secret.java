package dev.millrace.job;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The one secret of an installation. What must not be guessed from its parts (where a conversation
 * is kept, which code session serves it) is a keyed hash under it; what nobody may read is sealed.
 */
public final class Secret {
  private static final int NONCE = 12;
  private static final SecureRandom RANDOM = new SecureRandom();

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
    return HexFormat.of().formatHex(mac(parts), 0, 16);
  }

  private byte[] mac(String... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(Digest.join(parts));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  /**
   * Seals bytes: without the secret nobody can read or change them, and they open under these names
   * alone.
   */
  public byte[] seal(byte[] plain, String... names) {
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, names).doFinal(plain);
      return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES/GCM", e);
    }
  }

  /** What was sealed under these names; absent when it was not, or is not as it was. */
  public Optional<byte[]> unseal(byte[] sealed, String... names) {
    if (sealed.length < NONCE) {
      return Optional.empty();
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE), names);
      return Optional.of(cipher.doFinal(sealed, NONCE, sealed.length - NONCE));
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES/GCM", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String... names) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(mac("seal"), "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(Digest.join(names));
    return cipher;
  }

  @Override
  public String toString() {
    return "Secret";
  }
}
