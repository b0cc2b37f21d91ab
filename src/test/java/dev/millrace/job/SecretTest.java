package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretTest {
  private static final Owner ALICE = new Owner("default", "alice");

  private final Secret secret = secret("0123456789abcdef");

  private static Secret secret(String text) {
    return new Secret(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Conversations are found by these: the values never change under one secret. */
  @Test
  void a_conversation_s_key_is_the_keyed_hash_of_its_parts() {
    var conversation = ConversationRef.of(secret, ALICE, "analyst", "user-123");

    assertThat(conversation)
        .isEqualTo(new ConversationRef("default", "analyst", "88bf72ae2aabf3e00449fb09ab53e815"));
  }

  @Test
  void every_part_and_the_secret_make_a_difference() {
    var refs =
        List.of(
            ConversationRef.of(secret, ALICE, "analyst", "user-123"),
            ConversationRef.of(secret, ALICE, "analyst", "user-124"),
            ConversationRef.of(secret, ALICE, "analyst1", "user-123"),
            ConversationRef.of(secret, new Owner("default", "bob"), "analyst", "user-123"),
            ConversationRef.of(secret, new Owner("other", "alice"), "analyst", "user-123"),
            ConversationRef.of(secret("0123456789abcdeF"), ALICE, "analyst", "user-123"));

    var keys = new HashSet<String>();
    refs.forEach(ref -> keys.add(ref.key()));
    assertThat(keys).hasSize(refs.size());
  }

  @Test
  void parts_do_not_run_into_each_other() {
    assertThat(secret.hash("ab", "c")).isNotEqualTo(secret.hash("a", "bc"));
    assertThat(secret.hash("a", "")).isNotEqualTo(secret.hash("a"));
  }

  @Test
  void a_short_secret_is_refused() {
    assertThatThrownBy(() -> secret("0123456789abcde")).hasMessageContaining("15 bytes");
  }

  @Test
  void a_secret_does_not_show_itself() {
    assertThat(secret.toString()).doesNotContain("0123");
  }

  @Test
  void what_is_sealed_opens_under_the_same_secret_and_names_alone_and_unchanged() {
    byte[] plain = "plain".getBytes(StandardCharsets.US_ASCII);
    byte[] sealed = secret.seal(plain, "job", "alice");

    assertThat(secret.unseal(sealed, "job", "alice")).hasValue(plain);
    assertThat(secret.unseal(sealed, "job", "bob")).isEmpty();
    assertThat(secret.unseal(sealed, "joba", "lice")).isEmpty();
    assertThat(secret("another secret of 16").unseal(sealed, "job", "alice")).isEmpty();
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThat(secret.unseal(changed, "job", "alice")).isEmpty();
    }
    assertThat(secret.unseal(new byte[3], "job", "alice")).isEmpty();
  }

  @Test
  void the_same_is_never_sealed_alike() {
    assertThat(secret.seal(new byte[8], "job")).isNotEqualTo(secret.seal(new byte[8], "job"));
  }
}
