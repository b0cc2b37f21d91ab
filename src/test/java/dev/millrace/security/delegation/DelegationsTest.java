package dev.millrace.security.delegation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.identity.OnBehalfOfCredentialBuilder;
import com.nimbusds.jwt.SignedJWT;
import dev.millrace.SettableClock;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.job.Unavailable;
import dev.millrace.security.Caller;
import dev.millrace.storage.MemoryStorage;
import dev.millrace.tool.Delegation.Expired;
import dev.millrace.tool.Delegation.NotDelegated;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** The flow of Entra's SDK against a server that speaks it. */
class DelegationsTest {
  private static final String TENANT = "contoso";
  private static final Owner ALICE = new Owner(TENANT, "alice");
  private static final Owner BOB = new Owner(TENANT, "bob");
  private static final Set<String> GRAPH = Set.of("https://graph.example/User.Read");
  private static final JobRef JOB = new JobRef(TENANT, new JobId("j1"));

  private static MockOAuth2Server issuer;

  private final SettableClock clock = new SettableClock();
  private final MemoryStorage storage = new MemoryStorage(clock);
  private final Secret secret = new Secret(new byte[32]);
  private final Exchange entra = new EntraExchange(() -> ourselves(issuer.baseUrl().port()));

  @BeforeAll
  static void start() {
    issuer = new MockOAuth2Server();
    issuer.start();
  }

  @AfterAll
  static void stop() {
    issuer.shutdown();
  }

  private static OnBehalfOfCredentialBuilder ourselves(int port) {
    return new OnBehalfOfCredentialBuilder()
        .authorityHost("https://login.example/")
        .disableInstanceDiscovery()
        .clientId("millrace")
        .clientSecret("ours")
        .maxRetry(0)
        .addPolicy(new ToServer(port));
  }

  /** The SDK insists on TLS and on Entra's paths; the server has neither. */
  private record ToServer(int port) implements HttpPipelinePolicy {
    @Override
    public Mono<HttpResponse> process(HttpPipelineCallContext call, HttpPipelineNextPolicy next) {
      send(call);
      return next.process();
    }

    @Override
    public HttpResponse processSync(HttpPipelineCallContext call, HttpPipelineNextSyncPolicy next) {
      send(call);
      return next.processSync();
    }

    private void send(HttpPipelineCallContext call) {
      var url = call.getHttpRequest().getUrl();
      call.getHttpRequest()
          .setUrl(
              "http://localhost:%d%s".formatted(port, url.getPath().replace("/oauth2/v2.0/", "/")));
    }
  }

  private static Caller signedIn(Owner owner) {
    return new Caller(
        owner,
        false,
        issuer
            .issueToken(
                TENANT,
                "app",
                new DefaultOAuth2TokenCallback(
                    TENANT,
                    owner.name(),
                    "JWT",
                    List.of("millrace"),
                    Map.of("oid", owner.name()),
                    3600))
            .serialize());
  }

  private Delegations delegations(Exchange exchange) {
    return new Delegations(storage, secret, exchange, clock);
  }

  private static String subject(String token) throws Exception {
    return SignedJWT.parse(token).getJWTClaimsSet().getSubject();
  }

  @Test
  void what_a_caller_shows_is_exchanged_for_another_token_of_the_same_caller() throws Exception {
    Caller alice = signedIn(ALICE);
    clock.advance(Duration.between(clock.instant(), InstantSource.system().instant()));
    var delegations = delegations(entra);

    delegations.lend(JOB, alice, Set.of(GRAPH));

    String token = delegations.token(JOB, ALICE, GRAPH);
    assertThat(subject(token)).isEqualTo("alice");
    assertThat(token).isNotEqualTo(alice.token());
    String asked = "";
    while (!asked.contains("assertion=" + alice.token())) { // other tests have asked before
      asked = issuer.takeRequest().getBody().readUtf8();
    }
    assertThat(asked).contains("requested_token_use=on_behalf_of").contains("User.Read");
  }

  @Test
  void two_callers_get_their_own_with_one_exchange_between_them() throws Exception {
    for (int i = 0; i < 3; i++) {
      for (Owner owner : List.of(ALICE, BOB)) {
        Caller caller = signedIn(owner);
        String token = entra.exchange(caller.assertion().orElseThrow(), TENANT, GRAPH).value();

        assertThat(subject(token)).isEqualTo(owner.name());
      }
    }
  }

  @Test
  void an_issuer_that_will_not_is_told_apart_from_one_that_is_away() {
    assertThatThrownBy(() -> entra.exchange("no token at all", TENANT, GRAPH))
        .isInstanceOf(Exchange.Refused.class)
        .hasMessageContaining("User.Read")
        .hasMessageNotContaining("no token at all");

    Exchange away = new EntraExchange(() -> ourselves(1));
    assertThatThrownBy(() -> away.exchange(signedIn(ALICE).token(), TENANT, GRAPH))
        .isInstanceOf(Unavailable.class);
  }

  private Exchange.Token borrowed() {
    return new Exchange.Token("geheim-" + clock.instant(), clock.instant().plusSeconds(3600));
  }

  @Test
  void it_is_for_this_job_this_owner_and_these_scopes_alone() {
    var delegations = delegations((token, tenant, scopes) -> borrowed());
    delegations.lend(JOB, new Caller(ALICE, false, "shown"), Set.of(GRAPH));

    assertThat(delegations.token(JOB, ALICE, GRAPH)).startsWith("geheim");
    var another = new JobRef(TENANT, new JobId("j2"));
    assertThatThrownBy(() -> delegations.token(another, ALICE, GRAPH))
        .isInstanceOf(NotDelegated.class);
    assertThatThrownBy(() -> delegations.token(JOB, BOB, GRAPH)).isInstanceOf(NotDelegated.class);
    assertThatThrownBy(() -> delegations.token(JOB, ALICE, Set.of("https://mail.example/Send")))
        .isInstanceOf(NotDelegated.class);
  }

  @Test
  void one_that_was_moved_to_another_job_opens_nothing() throws Exception {
    var delegations = delegations((token, tenant, scopes) -> borrowed());
    delegations.lend(JOB, new Caller(ALICE, false, "shown"), Set.of(GRAPH));
    var stolen = new JobRef(TENANT, new JobId("stolen"));
    for (String name : storage.names()) {
      byte[] bytes = storage.bytes(name);
      storage.putIfAbsent(
          name.replace("/j1/", "/stolen/"), new java.io.ByteArrayInputStream(bytes), bytes.length);
    }

    assertThatThrownBy(() -> delegations.token(stolen, ALICE, GRAPH))
        .isInstanceOf(NotDelegated.class);
  }

  @Test
  void nothing_that_is_kept_can_be_read_without_the_secret() throws Exception {
    var delegations = delegations((token, tenant, scopes) -> borrowed());
    delegations.lend(JOB, new Caller(ALICE, false, "shown"), Set.of(GRAPH));

    assertThat(storage.names()).isNotEmpty();
    for (String name : storage.names()) {
      byte[] bytes = storage.bytes(name);
      assertThat(name + new String(bytes, StandardCharsets.ISO_8859_1))
          .doesNotContain("geheim")
          .doesNotContain("shown");
    }
    var elsewhere =
        new Delegations(
            storage,
            new Secret(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6}),
            (t, n, s) -> borrowed(),
            clock);
    assertThatThrownBy(() -> elsewhere.token(JOB, ALICE, GRAPH)).isInstanceOf(NotDelegated.class);
  }

  @Test
  void a_job_that_outlives_it_is_told_so_and_gets_nobody_elses() {
    var delegations = delegations((token, tenant, scopes) -> borrowed());
    delegations.lend(JOB, new Caller(ALICE, false, "shown"), Set.of(GRAPH));

    clock.advance(Duration.ofMinutes(59));
    assertThat(delegations.token(JOB, ALICE, GRAPH)).isNotBlank();
    clock.advance(Duration.ofMinutes(1));
    assertThatThrownBy(() -> delegations.token(JOB, ALICE, GRAPH))
        .isInstanceOf(Expired.class)
        .hasMessageContaining("expired at")
        .hasMessageNotContaining("geheim");
  }

  @Test
  void who_has_not_signed_in_with_a_token_lends_nothing() {
    var delegations =
        delegations(
            (token, tenant, scopes) -> {
              throw new AssertionError("nothing to exchange");
            });

    delegations.lend(JOB, new Caller(ALICE, true), Set.of(GRAPH));

    assertThat(storage.names()).isEmpty();
  }
}
