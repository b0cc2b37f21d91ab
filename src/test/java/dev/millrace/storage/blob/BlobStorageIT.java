package dev.millrace.storage.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.specialized.BlobLeaseClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import dev.millrace.job.Unavailable;
import dev.millrace.storage.Storage;
import dev.millrace.storage.Storage.Append;
import dev.millrace.storage.StorageContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** The contract on the emulator of the service, and what only a network can do. */
class BlobStorageIT extends StorageContract {
  private static final RequestRetryOptions QUICK =
      new RequestRetryOptions(
          RetryPolicyType.FIXED,
          3,
          Duration.ofSeconds(10),
          Duration.ofMillis(1),
          Duration.ofMillis(1),
          null);

  @TempDir static Path folder;
  private static Azurite azurite;

  private BlobContainerClient container;
  private Storage storage;

  @BeforeAll
  static void start() throws IOException {
    azurite = Azurite.start(folder);
  }

  @AfterAll
  static void stop() {
    if (azurite != null) {
      azurite.close();
    }
  }

  @BeforeEach
  void open() {
    container = azurite.container(BlobStorage.RETRIES);
    container.create();
    storage = new BlobStorage(container);
  }

  @Override
  protected Storage storage() {
    return storage;
  }

  /** Lets the service do it, and then loses the answer, as often as it is told to. */
  private static final class LosingAnswers implements HttpPipelinePolicy {
    final AtomicInteger left = new AtomicInteger();
    final AtomicInteger sent = new AtomicInteger();

    @Override
    public Mono<HttpResponse> process(HttpPipelineCallContext call, HttpPipelineNextPolicy next) {
      return next.process().map(response -> lose(call, response));
    }

    @Override
    public HttpResponse processSync(HttpPipelineCallContext call, HttpPipelineNextSyncPolicy next) {
      return lose(call, next.processSync());
    }

    private HttpResponse lose(HttpPipelineCallContext call, HttpResponse response) {
      if (call.getHttpRequest().getHttpMethod() == HttpMethod.PUT) {
        sent.incrementAndGet();
        if (left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
          response.close();
          throw new UncheckedIOException(new IOException("connection reset"));
        }
      }
      return response;
    }
  }

  private Storage losing(LosingAnswers faults) {
    BlobContainerClient unreliable = azurite.container(QUICK, faults);
    unreliable.create();
    faults.sent.set(0);
    return new BlobStorage(unreliable);
  }

  @Test
  void an_append_whose_answer_was_lost_is_refused_and_found_by_its_record() throws IOException {
    var faults = new LosingAnswers();
    Storage unreliable = losing(faults);
    unreliable.create("log");
    faults.sent.set(0);
    faults.left.set(1);

    Append answer = unreliable.append("log", 0, bytes("record 7f3a"));

    assertThat(faults.sent).hasValue(2);
    assertThat(answer).isEqualTo(new Append.Refused());
    try (var log = unreliable.open("log", 0, 100).orElseThrow()) {
      assertThat(log.readAllBytes()).isEqualTo(bytes("record 7f3a"));
    }
  }

  @Test
  void an_append_whose_answers_are_all_lost_may_have_happened() throws IOException {
    var faults = new LosingAnswers();
    Storage unreliable = losing(faults);
    unreliable.create("log");
    faults.left.set(100);

    assertThatThrownBy(() -> unreliable.append("log", 0, bytes("record")))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("could not append to log in container c")
        .hasMessageContaining("connection reset");

    faults.left.set(0);
    try (var log = unreliable.open("log", 0, 100).orElseThrow()) {
      assertThat(log.readAllBytes()).isEqualTo(bytes("record"));
    }
  }

  @Test
  void a_put_whose_answer_was_lost_is_there_all_the_same() throws IOException {
    var faults = new LosingAnswers();
    Storage unreliable = losing(faults);
    faults.left.set(1);

    assertThat(unreliable.putIfAbsent("blob", new ByteArrayInputStream(bytes("abc")), 3)).isFalse();

    try (var blob = unreliable.open("blob", 0, 100).orElseThrow()) {
      assertThat(blob.readAllBytes()).isEqualTo(bytes("abc"));
    }
    faults.left.set(1);
    assertThat(unreliable.create("log")).isFalse();
    assertThat(unreliable.stat("log")).isPresent();
  }

  @Test
  void a_large_put_whose_answers_are_lost_arrives_whole() throws IOException {
    var faults = new LosingAnswers();
    Storage unreliable = losing(faults);
    faults.left.set(2);
    byte[] much = new byte[9_000_000];
    Arrays.fill(much, (byte) 7);

    assertThat(unreliable.putIfAbsent("blob", new ByteArrayInputStream(much), much.length))
        .isTrue();

    try (var blob = unreliable.open("blob", 0, Long.MAX_VALUE).orElseThrow()) {
      assertThat(blob.readAllBytes()).isEqualTo(much);
    }
  }

  @Test
  void a_missing_container_says_what_to_mend() {
    Storage nowhere = new BlobStorage(azurite.container(QUICK));

    Map<String, Runnable> calls =
        Map.of(
            "create", () -> nowhere.create("log"),
            "append", () -> nowhere.append("log", 0, bytes("x")),
            "put", () -> nowhere.putIfAbsent("b", new ByteArrayInputStream(bytes("x")), 1),
            "open", () -> nowhere.open("log", 0, 1),
            "stat", () -> nowhere.stat("log"),
            "list", () -> nowhere.list("", null, 1),
            "delete", () -> nowhere.delete("log"));
    for (var call : calls.entrySet()) {
      assertThatThrownBy(call.getValue()::run)
          .as(call.getKey())
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("there is no such container")
          .hasMessageContaining("millrace.storage.blob.container");
    }
  }

  @Test
  void a_wrong_key_says_what_to_mend() {
    String wrong = "d3Jvbmcga2V5IHdyb25nIGtleSB3cm9uZyBrZXkgd3Jvbmcga2V5IHdyb25nIGtleSB3cm9uZw==";
    Storage stranger =
        new BlobStorage(
            new BlobContainerClientBuilder()
                .endpoint(container.getBlobContainerUrl())
                .credential(new StorageSharedKeyCredential("devstoreaccount1", wrong))
                .retryOptions(QUICK)
                .buildClient());

    assertThatThrownBy(() -> stranger.create("log"))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("could not create log")
        .hasMessageContaining("Storage Blob Data Contributor")
        .hasMessageNotContaining(wrong);
  }

  @Test
  void a_lease_of_somebody_else_is_reported() {
    storage.create("log");
    new BlobLeaseClientBuilder()
        .blobClient(container.getBlobClient("log"))
        .buildClient()
        .acquireLease(-1);

    assertThatThrownBy(() -> storage.append("log", 0, bytes("x")))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("lease");
    assertThatThrownBy(() -> storage.delete("log"))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("lease");
  }

  @Test
  void a_service_that_is_not_there_is_reported() throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Storage nowhere =
        new BlobStorage(
            new BlobContainerClientBuilder()
                .endpoint("http://127.0.0.1:" + port + "/devstoreaccount1/jobs")
                .credential(new StorageSharedKeyCredential("devstoreaccount1", "a2V5"))
                .retryOptions(QUICK)
                .buildClient());

    assertThatThrownBy(() -> nowhere.create("log"))
        .isInstanceOf(Unavailable.class)
        .hasMessageContaining("could not create log in container jobs of 127.0.0.1")
        .hasMessageContaining("did not answer");
  }

  @Test
  void a_thousand_names_come_in_pages() {
    List<String> names = IntStream.range(0, 1000).mapToObj("n/%04d"::formatted).toList();
    names.parallelStream().forEach(name -> put(name, ""));

    assertThat(storage.list("n/", null, 300).entries()).hasSize(300);
    assertThat(names("n/")).containsExactlyElementsOf(names);
    storage.deleteAll("n/");
    assertThat(names("n/")).isEmpty();
  }
}
