package dev.millrace.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.storage.StorageSettings.Blob;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorageSettingsTest {
  private static final String ACCOUNT = "https://mill.blob.core.windows.net";

  @Test
  void empty_values_count_as_none() {
    var settings = settings(" ", "", " ", "");

    assertThat(settings.path()).isEqualTo(Path.of(".millrace").toAbsolutePath());
    assertThat(settings.blob().chosen()).isFalse();
    assertThat(settings.blob().container()).isEqualTo("millrace");
  }

  @ParameterizedTest
  @ValueSource(strings = {ACCOUNT, ACCOUNT + "/", "https://storage.example:8443"})
  void an_endpoint_is_the_address_of_an_account(String endpoint) {
    assertThat(settings("d", endpoint, null, "jobs").blob().chosen()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mill",
        "https://",
        "https:///mill",
        "ftp://mill.example",
        "https://mill example",
        "http://mill.blob.core.windows.net",
        ACCOUNT + "/jobs",
        ACCOUNT + "?sig=geheim",
        "https://user:geheim@mill.example",
        ACCOUNT + "#part"
      })
  void anything_else_is_no_endpoint(String endpoint) {
    assertThatThrownBy(() -> settings("d", endpoint, null, "jobs"))
        .hasMessageStartingWith(
            "millrace.storage.blob.endpoint (MILLRACE_STORAGE_BLOB_ENDPOINT) must be like https://")
        .hasMessageNotContaining("geheim");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DefaultEndpointsProtocol=https;AccountName=mill;AccountKey=a2V5;EndpointSuffix=core.net",
        "BlobEndpoint=https://mill.example/;SharedAccessSignature=sv=2024&sig=x%3D",
        "UseDevelopmentStorage=true",
      })
  void a_connection_string_names_an_account_and_how_to_sign_in(String connectionString) {
    assertThat(settings("d", null, connectionString, "jobs").blob().chosen()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"geheim", "AccountName=mill", "AccountName=mill;AccountKey=geheim !"})
  void a_connection_string_without_either_is_refused(String connectionString) {
    assertThatThrownBy(() -> settings("d", null, connectionString, "jobs"))
        .hasMessageContaining("MILLRACE_STORAGE_BLOB_CONNECTION_STRING")
        .hasMessageNotContaining("geheim");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ab", "Jobs", "-jobs", "jobs-", "jo--bs", "jo_bs", "$root"})
  void a_container_has_a_name_that_the_service_takes(String container) {
    assertThatThrownBy(() -> settings("d", ACCOUNT, null, container))
        .hasMessageContaining("MILLRACE_STORAGE_BLOB_CONTAINER");
  }

  @Test
  void a_container_without_an_account_is_a_slip() {
    assertThatThrownBy(() -> settings("d", null, null, "jobs"))
        .hasMessageContaining("Set millrace.storage.blob.endpoint");
  }

  @Test
  void a_connection_string_is_never_printed() {
    assertThat(settings("d", null, "AccountName=mill;AccountKey=a2V5", "jobs").toString())
        .doesNotContain("a2V5");
  }

  private static StorageSettings settings(
      String directory,
      @Nullable String endpoint,
      @Nullable String connectionString,
      String container) {
    return new StorageSettings(directory, new Blob(endpoint, connectionString, container));
  }
}
