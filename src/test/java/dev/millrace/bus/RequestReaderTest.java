package dev.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.Golden;
import dev.millrace.Json;
import dev.millrace.job.Caps;
import dev.millrace.job.Finding;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {
  private final RequestReader reader = new RequestReader(Json.MAPPER, "analyst");

  private Reading read(String body) {
    return reader.read(body.getBytes(StandardCharsets.UTF_8));
  }

  private JobRequest wanted(String body) {
    return ((Reading.Wants) read(body)).request();
  }

  private List<Finding> findings(String body) {
    return ((Reading.Wrong) read(body)).findings();
  }

  @Test
  void every_field_is_taken() {
    Reading reading = read(Golden.json("request.json"));

    assertThat(reading)
        .isEqualTo(
            new Reading.Wants(
                new JobRequest(
                    JobRequest.Kind.AGENT,
                    "statistician",
                    "Plot revenue by month and tell me the trend.",
                    "user-123",
                    List.of(
                        new InputFile("sales.csv", "01JD", null, null, null, 0),
                        new InputFile("notes.txt", null, "aGVsbG8=", null, null, 0)),
                    Map.of("type", "object", "required", List.of("total")),
                    false,
                    "system",
                    new Caps(5L, 6L, 7L, 8L, 9L),
                    Instant.parse("2026-11-21T12:00:00Z"),
                    true,
                    JobRequest.WhenBusy.REFUSE,
                    "order-77",
                    Map.of("team", "sales", "priority", 1, "tags", List.of("a", true))),
                List.of(),
                Reading.Manner.PLAIN));
  }

  @Test
  void only_a_message_is_required() {
    assertThat(read("{\"message\": \"hi\"}"))
        .isEqualTo(
            new Reading.Wants(JobRequest.of("analyst", "hi"), List.of(), Reading.Manner.PLAIN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"prompt", "input"})
  void a_message_may_stand_under_an_old_name(String name) {
    assertThat(read("{\"%s\": \"hi\"}".formatted(name)))
        .isEqualTo(
            new Reading.Wants(
                JobRequest.of("analyst", "hi"),
                List.of(name + " is an old name of message"),
                new Reading.Manner(true, null)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"session_id", "sessionKey", "conversation_id", "thread_id"})
  void a_conversation_may_be_named_by_an_old_name(String name) {
    assertThat(wanted("{\"message\": \"hi\", \"%s\": \"s\"}".formatted(name)).sessionId())
        .isEqualTo("s");
  }

  @Test
  void every_other_field_with_an_old_name_is_taken_by_it() {
    for (var schema : List.of("response_schema", "response_format")) {
      assertThat(
              wanted("{\"message\":\"hi\",\"%s\":{\"type\":\"object\"}}".formatted(schema))
                  .responseSchema())
          .isEqualTo(Map.of("type", "object"));
    }
    for (var correlation : List.of("correlation_id", "custom_id", "clientToken")) {
      assertThat(wanted("{\"message\":\"hi\",\"%s\":\"c\"}".formatted(correlation)).correlationId())
          .isEqualTo("c");
    }
    assertThat(wanted("{\"message\":\"hi\",\"enable_tool_calls\":false}").tools()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"waitForResponse\":true",
        "\"wait_for_response\":true",
        "\"wait\":true",
        "\"background\":false",
        "\"waitForResponse\":true,\"wait\":true,\"background\":false"
      })
  void who_wants_to_wait_can_say_so_in_many_ways(String field) {
    assertThat(((Reading.Wants) read("{\"message\":\"hi\"," + field + "}")).manner().waiting())
        .isTrue();
  }

  @Test
  void names_of_one_field_may_stand_side_by_side_if_they_agree() {
    assertThat(wanted("{\"message\":\"hi\",\"prompt\":\"hi\",\"input\":null}").message())
        .isEqualTo("hi");
  }

  @Test
  void names_of_one_field_that_differ_are_all_told_of_at_once() {
    var findings =
        findings(
            """
            {"prompt": "a", "input": "b", "sessionId": "s", "thread_id": "t", "session_id": "s",
             "response_format": [], "wait": true, "background": true, "limits": {"turns": 0}}
            """);

    assertThat(findings)
        .containsExactly(
            contradicting("input", "prompt"),
            contradicting("thread_id", "sessionId"),
            new Finding("/response_format", "must be an object"),
            new Finding("/limits/turns", "must be a whole number of at least 1"),
            new Finding("/background", "contradicts wait; keep one of them"));
  }

  private static Finding contradicting(String name, String other) {
    return new Finding(
        "/" + name, "means the same as " + other + " and says something else; keep one of them");
  }

  @Test
  void null_is_as_good_as_absent() {
    assertThat(
            wanted(
                "{\"message\":\"hi\",\"agent\":null,\"files\":null,\"limits\":null,\"kind\":null,"
                    + "\"metadata\":null,\"tools\":null,\"deadline\":null,\"schema\":null,"
                    + "\"pointer\":null}"))
        .isEqualTo(JobRequest.of("analyst", "hi"));
  }

  @Test
  void limits_left_out_are_the_agent_s() {
    assertThat(wanted("{\"message\":\"hi\",\"limits\":{\"turns\":3}}").limits())
        .isEqualTo(new Caps(3L, null, null, null, null));
  }

  @Test
  void a_file_has_a_name_that_can_lie_beside_the_code() {
    var findings =
        findings(
            "{\"message\":\"hi\",\"files\":[{\"name\":\"../a\",\"base64\":\"\"},"
                + "{\"name\":\"b\",\"base64\":\"\"},{\"name\":\"b\",\"base64\":\"\"}]}");

    assertThat(findings).extracting(Finding::at).containsExactly("/files/0/name", "/files/2/name");
  }

  @Test
  void a_deadline_may_have_an_offset() {
    assertThat(wanted("{\"message\":\"hi\",\"deadline\":\"2026-11-21T13:00:00+01:00\"}").deadline())
        .isEqualTo(Instant.parse("2026-11-21T12:00:00Z"));
  }

  @Test
  void unknown_fields_are_warned_of_wherever_they_are() {
    var reading =
        read(
            "{\"message\":\"hi\",\"mesage\":1,\"limits\":{\"turns\":3,\"turn\":1},"
                + "\"files\":[{\"name\":\"a\",\"base64\":\"\"},"
                + "{\"name\":\"b\",\"base64\":\"\",\"mime\":\"x\"}],"
                + "\"metadata\":{\"anything\":1},\"responseSchema\":{\"anything\":1}}");

    assertThat(((Reading.Wants) reading).warnings())
        .containsExactly(
            "ignored unknown field /mesage",
            "ignored unknown field /files/1/mime",
            "ignored unknown field /limits/turn");
  }

  @Test
  void only_so_many_files_may_be_named_by_address() {
    String file = "{\"name\":\"f%d\",\"url\":\"https://example.com/c\"}";
    String files =
        IntStream.range(0, 11).mapToObj(file::formatted).collect(Collectors.joining(","));

    assertThat(findings("{\"message\":\"hi\",\"files\":[" + files + "]}"))
        .extracting(Finding::at)
        .containsExactly("/files");
  }

  @Test
  void a_sender_hears_of_everything_at_once() {
    var findings =
        findings(
            "{\"schema\":\"one\",\"kind\":\"poem\",\"agent\":7,\"message\":\""
                + " \",\"sessionId\":\"\",\"files\":[7,{\"name\":\"\"},{\"name\":\"a\"},"
                + "{\"name\":\"b\",\"base64\":\"\",\"uploadId\":\"x\"}],"
                + "\"responseSchema\":[],\"tools\":\"yes\",\"role\":1,"
                + "\"limits\":{\"turns\":0,\"toolCalls\":-1,\"tokens\":1.5,\"seconds\":\"9\","
                + "\"outputBytes\":true},"
                + "\"deadline\":\"tomorrow\",\"stream\":1,\"whenBusy\":\"wait\","
                + "\"correlationId\":{},\"metadata\":[]}");

    assertThat(findings)
        .extracting(Finding::at)
        .containsExactlyInAnyOrder(
            "/schema",
            "/kind",
            "/agent",
            "/message",
            "/sessionId",
            "/files/0",
            "/files/1/name",
            "/files/2/name",
            "/files/3/name",
            "/responseSchema",
            "/tools",
            "/role",
            "/limits/turns",
            "/limits/toolCalls",
            "/limits/tokens",
            "/limits/seconds",
            "/limits/outputBytes",
            "/deadline",
            "/stream",
            "/whenBusy",
            "/correlationId",
            "/metadata");
    assertThat(findings).allMatch(finding -> !finding.problem().isBlank());
  }

  @ParameterizedTest
  @ValueSource(strings = {"workflow", "batch"})
  void a_kind_that_is_not_built_is_wrong(String kind) {
    assertThat(findings("{\"message\":\"hi\",\"kind\":\"" + kind + "\"}"))
        .containsExactly(new Finding("/kind", "this kind is not built yet; use agent"));
  }

  /** They travel in the headers of the result, which is not to be refused for their sake. */
  @ParameterizedTest
  @ValueSource(strings = {"sessionId", "agent", "correlationId"})
  void an_id_has_at_most_128_characters_and_a_longer_one_goes_no_further(String field) {
    String longest = "s".repeat(128);
    assertThat(wanted("{\"message\":\"hi\",\"" + field + "\":\"" + longest + "\"}").toString())
        .contains(longest);

    var wrong = (Reading.Wrong) read("{\"message\":\"hi\",\"" + field + "\":\"" + longest + "s\"}");

    assertThat(wrong.findings()).extracting(Finding::at).containsExactly("/" + field);
    assertThat(wrong.request().toString()).doesNotContain(longest);
  }

  @Test
  void a_pointer_points() {
    assertThat(read(Golden.json("pointer.json")))
        .isEqualTo(
            new Reading.PointsTo(
                new JobRef("default", new JobId("17a3ed0c1c770c20eadd07d9c9d28386"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"tenant\":\"default\"}",
        "{\"job\":\"j1\"}",
        "{\"tenant\":\"default\",\"job\":\"../j1\"}",
        "{\"tenant\":\"../other\",\"job\":\"j1\"}",
        "{\"tenant\":\"\",\"job\":\"j1\"}",
        "{\"tenant\":\"a/b\",\"job\":\"j1\"}",
        "{\"tenant\":7,\"job\":\"j1\"}"
      })
  void a_pointer_to_nowhere_is_unreadable(String pointer) {
    assertThat(read("{\"pointer\":" + pointer + "}"))
        .isInstanceOfSatisfying(
            Reading.Unreadable.class, r -> assertThat(r.reason()).isEqualTo("malformed"));
  }

  @Test
  void a_later_schema_is_not_guessed_at() {
    for (String body :
        List.of("{\"schema\":2,\"message\":\"hi\"}", "{\"schema\":2,\"pointer\":{}}")) {
      assertThat(read(body))
          .isInstanceOfSatisfying(
              Reading.Unreadable.class,
              r -> {
                assertThat(r.reason()).isEqualTo("unsupported-schema");
                assertThat(r.description()).contains("schema 2", "schema 1");
              });
    }
  }

  static Stream<Arguments> unreadable() {
    int deep = 10_000;
    return Stream.of(
        Arguments.of("empty", ""),
        Arguments.of("blank", " \n"),
        Arguments.of("null", "null"),
        Arguments.of("array", "[{\"message\":\"hi\"}]"),
        Arguments.of("text", "\"hi\""),
        Arguments.of("number", "7"),
        Arguments.of("words", "please plot"),
        Arguments.of("cut", "{\"message\":\"h"),
        Arguments.of("single quotes", "{'message':'hi'}"),
        Arguments.of("comment", "{\"message\":\"hi\"} // please"),
        Arguments.of("trailing comma", "{\"message\":\"hi\",}"),
        Arguments.of("two values", "{\"message\":\"hi\"}{\"message\":\"ho\"}"),
        Arguments.of("something behind", "{\"message\":\"hi\"} x"),
        Arguments.of("same name twice", "{\"message\":\"hi\",\"message\":\"ho\"}"),
        Arguments.of(
            "same name twice within", "{\"message\":\"hi\",\"metadata\":{\"a\":1,\"a\":2}}"),
        Arguments.of("same name twice, escaped", "{\"message\":\"hi\",\"\\u006dessage\":\"ho\"}"),
        Arguments.of("NaN", "{\"message\":\"hi\",\"metadata\":{\"x\":NaN}}"),
        Arguments.of("Infinity", "{\"message\":\"hi\",\"metadata\":{\"x\":-Infinity}}"),
        Arguments.of("too large", "{\"message\":\"hi\",\"metadata\":{\"x\":1e999}}"),
        Arguments.of("far too large", "{\"message\":\"hi\",\"metadata\":{\"x\":-1e999999999}}"),
        Arguments.of("endless", "{\"message\":\"hi\",\"x\":" + "1".repeat(100_000) + "}"),
        Arguments.of("byte order mark", "\uFEFF{\"message\":\"hi\"}"),
        Arguments.of("half a pair", "{\"message\":\"\\ud83d\"}"),
        Arguments.of("other half", "{\"message\":\"\\ude00\\ud83d\"}"),
        Arguments.of("half a pair in a name", "{\"message\":\"hi\",\"\\ud83d\":1}"),
        Arguments.of("raw control", "{\"message\":\"a\u0000b\"}"),
        Arguments.of("deep objects", "{\"a\":".repeat(deep) + "1" + "}".repeat(deep)),
        Arguments.of("deep arrays", "{\"x\":" + "[".repeat(deep) + "]".repeat(deep) + "}"),
        Arguments.of("deep and open", "[".repeat(1_000_000)),
        Arguments.of("just too deep", "{\"x\":" + "[".repeat(100) + "]".repeat(100) + "}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unreadable")
  void what_two_readers_might_read_differently_is_unreadable(String name, String body) {
    assertThat(read(body))
        .isInstanceOfSatisfying(
            Reading.Unreadable.class,
            reading -> {
              assertThat(reading.reason()).isEqualTo("malformed");
              assertThat(reading.description()).isNotBlank().hasSizeLessThan(400);
            });
  }

  static Stream<Arguments> notUtf8() {
    byte[] before = "{\"message\":\"".getBytes(StandardCharsets.UTF_8);
    byte[] after = "\"}".getBytes(StandardCharsets.UTF_8);
    return Stream.of(
            new byte[] {(byte) 0xff},
            new byte[] {(byte) 0xc0, (byte) 0xaf},
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            "ü".getBytes(StandardCharsets.ISO_8859_1))
        .map(
            bytes -> {
              byte[] body = Arrays.copyOf(before, before.length + bytes.length + after.length);
              System.arraycopy(bytes, 0, body, before.length, bytes.length);
              System.arraycopy(after, 0, body, before.length + bytes.length, after.length);
              return Arguments.of(Arrays.toString(bytes), body);
            });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notUtf8")
  void what_is_no_utf_8_is_unreadable(String name, byte[] body) {
    assertThat(reader.read(body)).isInstanceOf(Reading.Unreadable.class);
  }

  @Test
  void other_encodings_are_unreadable() {
    for (var charset : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
      assertThat(reader.read("{\"message\":\"hi\"}".getBytes(charset)))
          .isInstanceOf(Reading.Unreadable.class);
    }
  }

  @Test
  void what_travels_in_each_result_stays_small() {
    var fields = new StringBuilder("{\"message\":\"hi\"");
    for (int i = 100; i < 200; i++) {
      fields.append(",\"unknown").append(i).append("\":1");
    }

    assertThat(reader.read((fields + "}").getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            Reading.Wants.class,
            wanted ->
                assertThat(wanted.warnings())
                    .hasSize(51)
                    .last()
                    .isEqualTo("ignored 50 more unknown fields"));
    String metadata = "{\"x\":\"" + "y".repeat(16_384) + "\"}";
    assertThat(read("{\"message\":\"hi\",\"metadata\":" + metadata + "}"))
        .isInstanceOfSatisfying(
            Reading.Wrong.class,
            reading ->
                assertThat(reading.findings())
                    .containsExactly(
                        new Finding("/metadata", "must take at most 16384 bytes as JSON")));
  }

  @Test
  void a_fault_is_shown_with_its_place() {
    assertThat(read("{\"message\":\"hi\",\n\"message\":\"ho\"}"))
        .isInstanceOfSatisfying(
            Reading.Unreadable.class,
            reading ->
                assertThat(reading.description())
                    .contains("'message'", "line 2")
                    .doesNotContain("Source"));
  }

  @Test
  void what_may_be_written_is_taken_as_it_is() {
    assertThat(wanted("{\"message\":\"a\\u0000b \\ud83d\\ude00 ü \\u202e\"}").message())
        .isEqualTo("a\u0000b \uD83D\uDE00 ü \u202e");
    assertThat(
            wanted("{\"message\":\"hi\",\"metadata\":{\"x\":123456789012345678901234567890}}")
                .metadata()
                .get("x"))
        .hasToString("123456789012345678901234567890");
    assertThat(wanted("{\"message\":\"hi\",\"x\":" + "[".repeat(99) + "]".repeat(99) + "}"))
        .isEqualTo(JobRequest.of("analyst", "hi"));
  }

  /** Damage of every kind to a good body: whatever comes out, nothing is thrown. */
  @Test
  void no_body_is_too_strange() {
    byte[] good = Golden.json("request.json").getBytes(StandardCharsets.UTF_8);
    var random = new Random(20261121);

    for (int i = 0; i < 5_000; i++) {
      byte[] body = good.clone();
      for (int n = random.nextInt(1, 6); n > 0; n--) {
        switch (random.nextInt(3)) {
          case 0 -> body[random.nextInt(body.length)] = (byte) random.nextInt(256);
          case 1 -> body = Arrays.copyOf(body, random.nextInt(1, body.length + 1));
          default ->
              body[random.nextInt(body.length)] =
                  (byte) "{}[]\",:\\0-eE".charAt(random.nextInt(12));
        }
      }
      assertThat(reader.read(body)).isNotNull();
    }
  }
}
