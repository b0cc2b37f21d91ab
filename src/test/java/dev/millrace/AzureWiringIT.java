package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import dev.millrace.job.Unavailable;
import dev.millrace.storage.Storage;
import dev.millrace.storage.blob.Azurite;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The storage in an account, from the setting on. */
class AzureWiringIT {
  private static final OffsetDateTime FAR_AWAY =
      OffsetDateTime.of(2099, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

  @TempDir static Path data;
  private static Azurite azurite;
  private static BlobServiceClient account;

  @TempDir Path folder;

  @BeforeAll
  static void start() throws IOException {
    azurite = Azurite.start(data);
    account =
        new BlobServiceClientBuilder().connectionString(azurite.connectionString()).buildClient();
  }

  @AfterAll
  static void stop() {
    if (azurite != null) {
      azurite.close();
    }
  }

  @Test
  void the_doctor_makes_the_container_and_leaves_nothing_in_it() throws IOException {
    set(azurite.connectionString(), "first");
    var out = new StringWriter();
    var main = Main.commandLine(folder.resolve(".env")).setOut(new PrintWriter(out, true));

    main.execute("doctor");
    main.execute("doctor");

    var container = account.getBlobContainerClient("first");
    assertThat(out.toString())
        .contains("ok     storage   blob, " + container.getBlobContainerUrl());
    assertThat(container.listBlobs()).isEmpty();
  }

  @Test
  void who_may_not_make_the_container_is_told_what_to_mend() throws IOException {
    set(signature("rl", "sco"), "second");

    try (var assembly = Assembly.start(folder.resolve(".env"))) {
      assertThatThrownBy(() -> assembly.get(Storage.class))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("there is no container second of 127.0.0.1")
          .hasMessageContaining("could not be created: this identity may not do that")
          .hasMessageNotContaining("sig=");
    }
  }

  @Test
  void who_may_only_use_the_container_need_not_make_it() throws IOException {
    account.createBlobContainer("third");
    set(signature("racwdl", "co"), "third");

    try (var assembly = Assembly.start(folder.resolve(".env"))) {
      assertThat(assembly.get(Storage.class).create("log")).isTrue();
      assertThat(assembly.places().toString()).doesNotContain("sig=");
    }
  }

  /** A connection string that may do only this. */
  private static String signature(String permissions, String resources) {
    var signature =
        new AccountSasSignatureValues(
            FAR_AWAY,
            AccountSasPermission.parse(permissions),
            AccountSasService.parse("b"),
            AccountSasResourceType.parse(resources));
    return "BlobEndpoint=%s;SharedAccessSignature=%s"
        .formatted(account.getAccountUrl(), account.generateAccountSas(signature));
  }

  private void set(String connectionString, String container) throws IOException {
    Files.writeString(
        folder.resolve(".env"),
        """
        MILLRACE_STORAGE_BLOB_CONNECTION_STRING="%s"
        MILLRACE_STORAGE_BLOB_CONTAINER=%s
        MILLRACE_STORAGE_DIRECTORY=%s
        MILLRACE_BUS_PORT=0
        MILLRACE_SECRET=a secret of some thirty-two letters
        """
            .formatted(connectionString, container, folder.resolve("data")));
  }
}
