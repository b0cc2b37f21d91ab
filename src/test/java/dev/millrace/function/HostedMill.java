package dev.millrace.function;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import dev.millrace.bus.TestBus;
import dev.millrace.storage.blob.Azurite;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The staged functions with a host around them: a namespace, an account and sessions on this
 * machine, the settings as the host passes them on, and the queue served as the host serves it.
 */
final class HostedMill implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String CONTAINER = "millrace";

  final TestBus bus;
  final StagedFunctions functions;
  private final Azurite azurite;
  private final Map<String, String> settings;
  private final ServiceBusReceiverClient queue;

  private HostedMill(TestBus bus, Azurite azurite, Map<String, String> settings) throws Exception {
    this.bus = bus;
    this.azurite = azurite;
    this.settings = settings;
    settings.forEach(System::setProperty);
    this.functions = StagedFunctions.load();
    this.queue =
        bus.closing(
            new ServiceBusClientBuilder()
                .connectionString(bus.connectionString())
                .receiver()
                .queueName("jobs")
                .buildClient());
  }

  static HostedMill start(Path folder) throws Exception {
    var azurite = Azurite.start(folder.resolve("account"));
    var receiving =
        Receiving.DEFAULT
            .withLockDuration(Duration.ofSeconds(30))
            .withMaxDeliveryCount(100)
            .withDeadLetterOnExpiration(true);
    var bus = TestBus.of(folder.resolve("bus"), new QueueSetup("jobs", receiving, Sending.DEFAULT));
    var settings = new HashMap<String, String>();
    settings.put("millrace.bus.connection-string", bus.connectionString());
    settings.put("millrace.storage.blob.connection-string", azurite.connectionString());
    settings.put("millrace.storage.blob.container", CONTAINER);
    settings.put("millrace.secret", "a secret of some thirty-two letters");
    settings.put(
        "millrace.sessions.local.python",
        Path.of(".venv", "bin", "python").toAbsolutePath().toString());
    return new HostedMill(bus, azurite, settings);
  }

  /** Takes the next message and hands it over; a function that returns settles it. */
  void serveQueue() throws Exception {
    ServiceBusReceivedMessage message =
        queue.receiveMessages(1, PATIENCE).stream()
            .findFirst()
            .orElseThrow(() -> new AssertionError("no message came"));
    try {
      functions.call("jobs", Map.of("message", message.getBody().toBytes()), metadata(message));
    } catch (Exception e) {
      queue.abandon(message);
      throw e;
    }
    queue.complete(message);
  }

  /** What the host knows beside the message: of what the sender left out, nothing. */
  private static Map<String, Object> metadata(ServiceBusReceivedMessage message) {
    var all = new HashMap<String, Object>();
    all.put("SequenceNumber", message.getSequenceNumber());
    all.put("DeliveryCount", (int) message.getDeliveryCount() + 1);
    all.put("EnqueuedTimeUtc", message.getEnqueuedTime().toString());
    all.put("MessageId", message.getMessageId());
    all.put("ReplyTo", message.getReplyTo());
    all.put("CorrelationId", message.getCorrelationId());
    all.values().removeIf(value -> value == null);
    return all;
  }

  HostAnswer http(String method, String path, byte[] body, String... headers) throws Exception {
    return request("http", HostCall.text(method, path, body, headers));
  }

  HostAnswer get(String path, String... headers) throws Exception {
    return http("GET", path, new byte[0], headers);
  }

  HostAnswer upload(byte[] body) throws Exception {
    return request("uploads", HostCall.bytes("/v1/uploads", body));
  }

  private HostAnswer request(String function, HostCall<?> request) throws Exception {
    return (HostAnswer) functions.call(function, Map.of("request", request), Map.of());
  }

  void sweep() throws Exception {
    functions.call("sweep", Map.of("timer", "{\"IsPastDue\": false}"), Map.of());
  }

  BlobContainerClient container() {
    return new BlobServiceClientBuilder()
        .connectionString(azurite.connectionString())
        .buildClient()
        .getBlobContainerClient(CONTAINER);
  }

  @Override
  public void close() throws Exception {
    settings.keySet().forEach(System::clearProperty);
    bus.close();
    functions.close();
    azurite.close();
  }
}
