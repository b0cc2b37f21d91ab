package dev.millrace.amqp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LockTokenTest {
  private static final UUID TOKEN = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  @Test
  void a_tag_has_the_bytes_of_a_dotnet_guid() {
    assertThat(HexFormat.of().formatHex(LockToken.tag(TOKEN)))
        .isEqualTo("33221100554477668899aabbccddeeff");
  }

  @Test
  void a_tag_leads_back_to_its_token() {
    assertThat(LockToken.of(LockToken.tag(TOKEN))).isEqualTo(TOKEN);
  }

  @Test
  void another_tag_is_no_token() {
    assertThatThrownBy(() -> LockToken.of(new byte[8])).hasMessageContaining("16 bytes, not 8");
  }

  @Test
  void ticks_are_those_of_dotnet() {
    assertThat(Ticks.of(Instant.parse("0001-01-01T00:00:00Z"))).isZero();
    assertThat(Ticks.of(Instant.EPOCH)).isEqualTo(621_355_968_000_000_000L);
  }
}
