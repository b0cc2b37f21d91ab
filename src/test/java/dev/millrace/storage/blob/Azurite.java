package dev.millrace.storage.blob;

import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import dev.millrace.Needs;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Blob service of our own, on a free port, with its own folder. */
public final class Azurite implements AutoCloseable {
  /** Published with the emulator, the same everywhere; it opens nothing else. */
  private static final String ACCOUNT = "devstoreaccount1";

  private static final String KEY =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
  private static final Pattern LISTENING = Pattern.compile("listens on (http://\\S+)");

  private final Process process;
  private final String url;

  private Azurite(Process process, String url) {
    this.process = process;
    this.url = url;
  }

  public static Azurite start(Path folder) throws IOException {
    Path script = Path.of(System.getProperty("millrace.azurite", "no property millrace.azurite"));
    Needs.present("Azurite", Files.exists(script), "src/test/node/prepare, with Node 20 or newer");
    Process process =
        new ProcessBuilder(
                "node",
                script.resolveSibling("blob").resolve("main.js").toString(),
                "--blobHost",
                "127.0.0.1",
                "--blobPort",
                "0",
                "--location",
                folder.toString(),
                "--skipApiVersionCheck",
                "--disableTelemetry")
            .redirectErrorStream(true)
            .start();
    var listening = new CompletableFuture<String>();
    Thread.ofVirtual().start(() -> listen(process, listening));
    try {
      return new Azurite(process, listening.get(60, TimeUnit.SECONDS) + "/" + ACCOUNT);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IOException("Azurite did not start", e);
    }
  }

  /** Reads to the end: a process whose output nobody reads stops when the pipe is full. */
  private static void listen(Process process, CompletableFuture<String> listening) {
    StringBuilder said = new StringBuilder();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        Matcher address = LISTENING.matcher(line);
        if (address.find()) {
          listening.complete(address.group(1));
        }
        if (!listening.isDone()) {
          said.append(line).append('\n');
        }
      }
      listening.completeExceptionally(new IOException(said.toString()));
    } catch (IOException e) {
      listening.completeExceptionally(e);
    }
  }

  /** A client of a container that is not there yet. */
  BlobContainerClient container(RequestRetryOptions retries, HttpPipelinePolicy... policies) {
    var builder =
        new BlobServiceClientBuilder()
            .endpoint(url)
            .credential(new StorageSharedKeyCredential(ACCOUNT, KEY))
            .retryOptions(retries);
    for (HttpPipelinePolicy policy : policies) {
      builder.addPolicy(policy);
    }
    return builder.buildClient().getBlobContainerClient("c" + UUID.randomUUID());
  }

  public String connectionString() {
    return "AccountName=" + ACCOUNT + ";AccountKey=" + KEY + ";BlobEndpoint=" + url;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
