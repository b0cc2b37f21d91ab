package dev.millrace.intake.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttachmentsTest {
  private static final List<String> HOSTS = List.of(TlsHost.NAME, "*.data.example.com");

  @TempDir static Path directory;
  private static TlsHost host;

  private final Attachments attachments = attachments(1000, Duration.ofSeconds(30));

  @BeforeAll
  static void start() throws Exception {
    host = new TlsHost(directory);
    host.answers("/a.csv", "a,b\n1,2\n");
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static Attachments attachments(long largest, Duration timeout) {
    return new Attachments(new AttachmentSettings(HOSTS, largest, timeout), host);
  }

  private static String fetched(Attachments attachments, String path) throws Unfetched {
    return attachments.fetch(
        "https://" + TlsHost.NAME + path, attachments.deadline(), AttachmentsTest::text);
  }

  private static String text(InputStream bytes) {
    try {
      return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertNotFetched(String path, String why) {
    assertThatThrownBy(() -> fetched(attachments, path))
        .isInstanceOf(Unfetched.class)
        .hasMessageContaining(why);
  }

  @Test
  void a_file_is_fetched_from_the_address_that_was_looked_at() throws Exception {
    assertThat(fetched(attachments, "/a.csv?x=1")).isEqualTo("a,b\n1,2\n");
    assertThat(host.connected.getLast().getHostAddress()).isEqualTo("93.184.215.14");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://files.example.com/a",
        "file:///etc/passwd",
        "ftp://files.example.com/a",
        "gopher://files.example.com/a",
        "jar:https://files.example.com/a!/b",
        "data:text/plain,hello",
        "https://me:secret@files.example.com/a",
        "https://files.example.com@evil.example/a",
        "https://files.example.com:22/a",
        "https://files.example.com:6379/a",
        "https://files.example.com./a",
        "https://evil.example/a",
        "https://xfiles.example.com/a",
        "https://data.example.com/a",
        "https://2130706433/a",
        "https://0x7f.1/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://[::ffff:a9fe:a9fe]/a",
        "https:///a",
        "https://files.example.com\\@evil.example/a",
        "https://files.example.com/a b",
        "",
      })
  void what_is_not_a_listed_host_over_https_is_refused_without_asking(String url) {
    int before = host.connected.size();

    assertThat(attachments.refusal(url)).isPresent();
    assertThatThrownBy(() -> attachments.fetch(url, attachments.deadline(), AttachmentsTest::text))
        .isInstanceOf(Unfetched.class);
    assertThat(host.connected).hasSize(before);
  }

  @Test
  void nothing_is_fetched_unless_a_host_is_listed() {
    assertThat(Attachments.off().refusal("https://files.example.com/a").orElseThrow())
        .contains("switched off");
    assertThat(attachments.refusal("https://x.data.example.com/a")).isEmpty();
    assertThat(attachments.refusal("HTTPS://Files.Example.COM/a")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.31.255.255",
        "192.168.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.64.0.1",
        "198.19.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
      })
  void a_listed_name_that_leads_into_a_private_network_is_refused(String address) {
    int before = host.connected.size();
    host.names.put("inner.data.example.com", List.of("93.184.215.14", address));

    assertThatThrownBy(
            () ->
                attachments.fetch(
                    "https://inner.data.example.com/a",
                    attachments.deadline(),
                    AttachmentsTest::text))
        .isInstanceOf(Unfetched.class)
        .hasMessageContaining("not on the public internet")
        .hasMessageNotContaining(address);
    assertThat(host.connected).hasSize(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:2800:21f:cb07::1"})
  void other_addresses_are_public(String address) throws Exception {
    assertThat(PublicAddresses.includes(java.net.InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "/to-http, http://files.example.com/a.csv, must begin with https",
    "/to-metadata, https://169.254.169.254/metadata, not in millrace.attachments.hosts",
    "/to-other, //evil.example/a, not in millrace.attachments.hosts",
    "/to-port, https://files.example.com:8443/a.csv, no port but 443",
    "/to-itself, /to-itself, redirected more than 3 times",
  })
  void a_redirect_is_looked_at_like_the_first_address(String path, String location, String why) {
    host.redirects(path, location);

    assertNotFetched(path, why);
  }

  @Test
  void a_redirect_within_the_rules_is_followed() throws Exception {
    host.redirects("/once", "/deep/twice?x=y");
    host.redirects("/deep/twice", "../a.csv");

    assertThat(fetched(attachments, "/once")).startsWith("a,b");
  }

  @Test
  void a_name_that_the_certificate_does_not_hold_is_not_trusted() {
    host.names.put("other.data.example.com", List.of("93.184.215.14"));

    assertThatThrownBy(
            () ->
                attachments.fetch(
                    "https://other.data.example.com/a.csv",
                    attachments.deadline(),
                    AttachmentsTest::text))
        .isInstanceOf(Unfetched.class);
  }

  @Test
  void what_is_too_large_is_refused_whether_its_length_is_said_or_not() {
    host.answers("/large", "x".repeat(1001));
    host.on(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (var out = exchange.getResponseBody()) {
            while (true) {
              out.write(new byte[1000]);
            }
          }
        });

    assertNotFetched("/large", "larger than 1000 bytes");
    assertNotFetched("/endless", "larger than 1000 bytes");
  }

  @Test
  void what_comes_packed_is_not_unpacked() {
    host.on(
        "/bomb",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, 1);
          exchange.getResponseBody().write(1);
          exchange.close();
        });

    assertNotFetched("/bomb", "packed");
  }

  @Test
  void what_breaks_off_is_not_kept() {
    host.on(
        "/short",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write(new byte[50]);
          exchange.getResponseBody().flush();
          throw new IOException("cut");
        });

    assertNotFetched("/short", "breaks off");
  }

  @Test
  void an_answer_other_than_the_file_is_told() {
    host.on(
        "/missing",
        exchange -> {
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });

    assertNotFetched("/missing", "answers 404");
  }

  @Test
  void a_host_that_is_slow_has_no_more_time_than_one_that_is_not() {
    var never = new CountDownLatch(1);
    host.on(
        "/slow",
        exchange -> {
          exchange.sendResponseHeaders(200, 500);
          exchange.getResponseBody().write(1);
          exchange.getResponseBody().flush();
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });

    assertThatThrownBy(() -> fetched(attachments(1000, Duration.ofMillis(500)), "/slow"))
        .isInstanceOf(Unfetched.class)
        .hasMessageContaining("in time");
    never.countDown();
  }

  @Test
  void settings_that_cannot_work_are_told() {
    assertThatThrownBy(
            () -> new AttachmentSettings(List.of("*", "10.0.0.1", "a b"), 0, Duration.ZERO))
        .hasMessageContaining("not *.")
        .hasMessageContaining("not 10.0.0.1.")
        .hasMessageContaining("not a b.")
        .hasMessageContaining("MILLRACE_ATTACHMENTS_LARGEST")
        .hasMessageContaining("MILLRACE_ATTACHMENTS_TIMEOUT");
  }
}
