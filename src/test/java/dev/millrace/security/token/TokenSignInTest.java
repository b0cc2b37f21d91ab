package dev.millrace.security.token;

import static dev.millrace.security.token.TestIssuer.bearing;
import static dev.millrace.security.token.TestIssuer.sign;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.millrace.job.Owner;
import dev.millrace.security.Caller;
import dev.millrace.security.SignIn.Admission;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every way known to make a token that is none, or is not for us. */
class TokenSignInTest {
  private static final RSAKey WEAK = TestIssuer.key("weak", 1024);
  private static final byte[] PUBLIC = publicKey();
  private static final OctetSequenceKey SYMMETRIC =
      new OctetSequenceKey.Builder(PUBLIC).keyID("oct").build();

  private static TestIssuer issuer;
  private static TokenSignIn signIn;

  private static byte[] publicKey() {
    try {
      return TestIssuer.FIRST.toRSAPublicKey().getEncoded();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeAll
  static void start() throws IOException {
    issuer = new TestIssuer();
    issuer.publish(TestIssuer.FIRST, WEAK, SYMMETRIC);
    signIn = issuer.signIn();
  }

  @AfterAll
  static void stop() {
    issuer.close();
  }

  private static Admission admit(String token) {
    return signIn.admit(bearing(token));
  }

  @Test
  void a_user_of_a_program_with_the_scope_comes_in_and_the_token_is_kept_for_exchange() {
    String token = sign(issuer.user());

    assertThat(admit(token))
        .isEqualTo(
            new Admission.Admitted(
                new Caller(new Owner(TestIssuer.TENANT, TestIssuer.USER), false, token)));
    assertThat(admit(token).toString()).doesNotContain(token);
  }

  @Test
  void a_program_with_the_role_comes_in_on_its_own() {
    assertThat(admit(sign(issuer.program()))).isInstanceOf(Admission.Admitted.class);
  }

  @TestFactory
  Stream<DynamicTest> a_forged_token_is_nobodys() throws Exception {
    String good = sign(issuer.user());
    String[] parts = good.split("\\.");
    var claims = issuer.user().build();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n" + Base64.encode(PUBLIC) + "\n-----END PUBLIC KEY-----\n";
    RSAKey own = TestIssuer.key("own", 2048);
    return cases(
        Map.ofEntries(
            Map.entry("alg none", new PlainJWT(claims).serialize() + "x"),
            Map.entry("alg none, no signature", new PlainJWT(claims).serialize()),
            Map.entry("alg None", headed("{\"alg\":\"None\",\"kid\":\"first\"}", parts)),
            Map.entry("alg nOnE", headed("{\"alg\":\"nOnE\",\"kid\":\"first\"}", parts)),
            Map.entry("the public key as a password", mac(PUBLIC, "first", claims)),
            Map.entry("its PEM as a password", mac(bytes(pem), "first", claims)),
            Map.entry("a symmetric key of the set", mac(PUBLIC, "oct", claims)),
            Map.entry("another algorithm", with(header(JWSAlgorithm.RS512, "first"))),
            Map.entry("no key id", with(new JWSHeader.Builder(JWSAlgorithm.RS256))),
            Map.entry("a key of one's own", sign(issuer.user(), own)),
            Map.entry("a weak key", sign(issuer.user(), WEAK)),
            Map.entry("a path as key id", with(rs256("../../../dev/null"))),
            Map.entry("SQL as key id", with(rs256("first' OR '1'='1"))),
            Map.entry("jwk", with(rs256("first").jwk(own.toPublicJWK()), own)),
            Map.entry("jku", with(rs256("first").jwkURL(URI.create(issuer.address())))),
            Map.entry("x5u", with(rs256("first").x509CertURL(URI.create(issuer.address())))),
            Map.entry("x5c", with(rs256("first").x509CertChain(List.of(Base64.encode("c"))))),
            Map.entry("crit", with(rs256("first").criticalParams(Set.of("exp")))),
            Map.entry("b64", b64()),
            Map.entry("encrypted, with an unsigned one inside", encrypted()),
            Map.entry("nested", nested(good)),
            Map.entry("another type", typed("dpop+jwt")),
            Map.entry("empty signature", parts[0] + "." + parts[1] + "."),
            Map.entry(
                "signature of another",
                parts[0] + "." + parts[1] + "." + sign(issuer.program()).split("\\.")[2]),
            Map.entry(
                "claims changed",
                parts[0]
                    + "."
                    + Base64URL.encode(claims.toString().replace(TestIssuer.USER, "admin"))
                    + "."
                    + parts[2]),
            Map.entry(
                "doubled keys of the header",
                headed("{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"first\"}", parts)),
            Map.entry("trailing data", good + ".x"),
            Map.entry("trailing text", good + " x"),
            Map.entry("one megabyte", sign(issuer.user().claim("fill", "x".repeat(1 << 20)))),
            Map.entry("not Base64", "a.b.c"),
            Map.entry("not JSON", Base64URL.encode("[") + "." + parts[1] + "." + parts[2]),
            Map.entry(
                "a header of null", Base64URL.encode("null") + "." + parts[1] + "." + parts[2]),
            Map.entry("nothing", "")),
        token -> assertThat(admit(token)).isInstanceOf(Admission.Unknown.class));
  }

  private static JWSHeader.Builder header(JWSAlgorithm algorithm, String key) {
    return new JWSHeader.Builder(algorithm).keyID(key);
  }

  private static JWSHeader.Builder rs256(String key) {
    return header(JWSAlgorithm.RS256, key);
  }

  private static String with(JWSHeader.Builder header) {
    return with(header, TestIssuer.FIRST);
  }

  private static String with(JWSHeader.Builder header, RSAKey key) {
    return sign(issuer.user(), header, key);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String headed(String header, String[] parts) throws Exception {
    String start = Base64URL.encode(header) + "." + parts[1];
    var signature = java.security.Signature.getInstance("SHA256withRSA");
    signature.initSign(TestIssuer.FIRST.toPrivateKey());
    signature.update(bytes(start));
    return start + "." + Base64URL.encode(signature.sign());
  }

  private static String mac(byte[] password, String key, JWTClaimsSet claims) throws Exception {
    var jws =
        new JWSObject(header(JWSAlgorithm.HS256, key).build(), new Payload(claims.toJSONObject()));
    jws.sign(new MACSigner(password));
    return jws.serialize();
  }

  private static String b64() throws Exception {
    var header = rs256("first").base64URLEncodePayload(false).criticalParams(Set.of("b64")).build();
    var jws = new JWSObject(header, new Payload(issuer.user().build().toString().replace(".", "")));
    jws.sign(new RSASSASigner(TestIssuer.FIRST.toPrivateKey(), Set.of()));
    return jws.serialize();
  }

  private static String encrypted() throws Exception {
    var jwe =
        new JWEObject(
            new JWEHeader.Builder(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A128GCM)
                .keyID("first")
                .contentType("JWT")
                .build(),
            new Payload(new PlainJWT(issuer.user().build()).serialize()));
    jwe.encrypt(new RSAEncrypter(TestIssuer.FIRST.toRSAPublicKey()));
    return jwe.serialize();
  }

  private static String nested(String inside) throws Exception {
    var jws = new JWSObject(rs256("first").contentType("JWT").build(), new Payload(inside));
    jws.sign(new RSASSASigner(TestIssuer.FIRST));
    return jws.serialize();
  }

  private static String typed(String type) throws Exception {
    var header = rs256("first").type(new JOSEObjectType(type)).build();
    var jws = new JWSObject(header, new Payload(issuer.user().build().toJSONObject()));
    jws.sign(new RSASSASigner(TestIssuer.FIRST));
    return jws.serialize();
  }

  @TestFactory
  Stream<DynamicTest> a_token_that_is_not_for_us_now_is_nobodys() {
    return cases(
        Map.ofEntries(
            claims("another audience", it -> it.audience("api://other")),
            claims("a list that has ours", it -> it.audience(List.of(TestIssuer.AUDIENCE, "x"))),
            claims("no audience", it -> it.audience((String) null)),
            claims(
                "the issuer of another tenant",
                it -> it.issuer("https://issuer.example/other/v2.0")),
            claims("the common issuer", it -> it.issuer("https://issuer.example/common/v2.0")),
            claims(
                "the issuer's older version",
                it -> it.issuer(TestIssuer.ISSUER.replace("/v2.0", "/"))),
            claims("an issuer to be asked for keys", it -> it.issuer(issuer.address())),
            claims("no issuer", it -> it.issuer(null)),
            claims("no tenant", it -> it.claim("tid", null)),
            claims("no name", it -> it.claim("oid", null)),
            claims("a name that is no text", it -> it.claim("oid", 7)),
            claims("a name of two lines", it -> it.claim("oid", "alice\nERROR")),
            claims("a name that looks like another", it -> it.claim("oid", "alice\u200b")),
            claims("a tenant that climbs", it -> it.claim("tid", "../other")),
            claims("never expires", it -> it.expirationTime(null)),
            claims("expired two minutes ago", it -> it.expirationTime(at(-120))),
            claims("holds in two minutes", it -> it.notBeforeTime(at(120))),
            claims("issued in two minutes", it -> it.issueTime(at(120))),
            claims("issued never", it -> it.issueTime(null)),
            claims("an id token", it -> it.claim("nonce", "n"))),
        token -> assertThat(admit(token)).isInstanceOf(Admission.Unknown.class));
  }

  @TestFactory
  Stream<DynamicTest> somebody_who_may_not_is_told_so() {
    return cases(
        Map.ofEntries(
            claims("without the scope", it -> it.claim("scp", "jobs.read other")),
            claims("a scope in other letters", it -> it.claim("scp", "Jobs")),
            claims(
                "a user with the role of programs alone",
                it -> it.claim("scp", "other").claim("roles", List.of("worker"))),
            claims("a program without the role", it -> it.claim("scp", null)),
            claims(
                "neither program nor scope",
                it -> it.claim("scp", null).claim("azp", null).claim("roles", List.of("worker")))),
        token -> assertThat(admit(token)).isInstanceOf(Admission.Forbidden.class));
  }

  private static Date at(int seconds) {
    return Date.from(issuer.clock.instant().plusSeconds(seconds));
  }

  private static Map.Entry<String, String> claims(
      String name, Consumer<JWTClaimsSet.Builder> change) {
    JWTClaimsSet.Builder claims = issuer.user();
    change.accept(claims);
    return Map.entry(name, sign(claims));
  }

  private static Stream<DynamicTest> cases(Map<String, String> tokens, Consumer<String> check) {
    return tokens.entrySet().stream()
        .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> check.accept(each.getValue())));
  }

  @Test
  void clocks_may_differ_a_little() {
    var early = issuer.user().notBeforeTime(at(59)).issueTime(at(59));
    var late = issuer.user().expirationTime(at(-59));

    assertThat(Stream.of(early, late).map(claims -> admit(sign(claims))))
        .hasOnlyElementsOfType(Admission.Admitted.class);
  }

  @Test
  void two_headers_say_nothing_and_no_header_is_nobody() {
    var twice = List.of("Bearer " + sign(issuer.user()), "Bearer " + sign(issuer.user()));

    assertThat(signIn.admit(name -> twice)).isInstanceOf(Admission.Unknown.class);
    assertThat(signIn.admit(name -> List.of())).isInstanceOf(Admission.Unknown.class);
    assertThat(signIn.admit(name -> List.of("Basic " + sign(issuer.user()))))
        .isInstanceOf(Admission.Unknown.class);
  }

  @Test
  void an_issuer_of_any_tenant_stands_for_those_that_are_named() {
    var any =
        new TokenSettings(
            "https://issuer.example/{tenantid}/v2.0",
            issuer.address(),
            TestIssuer.AUDIENCE,
            "RS256",
            "tid",
            "oid");
    var named = issuer.signIn(any, TestIssuer.TENANT + ", red");

    var own = issuer.user();
    var lies = issuer.user().claim("tid", "red");
    var red = issuer.user().claim("tid", "red").issuer("https://issuer.example/red/v2.0");
    var blue = issuer.user().claim("tid", "blue").issuer("https://issuer.example/blue/v2.0");

    assertThat(named.admit(bearing(sign(own)))).isInstanceOf(Admission.Admitted.class);
    assertThat(named.admit(bearing(sign(red)))).isInstanceOf(Admission.Admitted.class);
    assertThat(named.admit(bearing(sign(lies)))).isInstanceOf(Admission.Unknown.class);
    assertThat(named.admit(bearing(sign(blue)))).isInstanceOf(Admission.Forbidden.class);
  }

  @Test
  void the_time_of_a_token_is_over_when_it_is() {
    String token = sign(issuer.user());
    issuer.clock.advance(Duration.ofSeconds(3659));
    try {
      assertThat(admit(token)).isInstanceOf(Admission.Admitted.class);
      issuer.clock.advance(Duration.ofSeconds(1));
      assertThat(admit(token)).isInstanceOf(Admission.Unknown.class);
    } finally {
      issuer.clock.advance(Duration.ofSeconds(-3660));
    }
  }
}
