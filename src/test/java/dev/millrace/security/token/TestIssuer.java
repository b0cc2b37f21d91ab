package dev.millrace.security.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.SettableClock;
import dev.millrace.security.Headers;
import dev.millrace.security.SecuritySettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An issuer of tokens with a real address for its keys, which can be changed, counted and shut. */
public final class TestIssuer implements AutoCloseable {
  public static final String TENANT = "11111111-aaaa-4bbb-8ccc-000000000001";
  public static final String USER = "22222222-aaaa-4bbb-8ccc-000000000002";
  public static final String ISSUER = "https://issuer.example/" + TENANT + "/v2.0";
  public static final String AUDIENCE = "api://millrace";
  static final RSAKey FIRST = key("first", 2048);
  static final RSAKey SECOND = key("second", 2048);

  public final SettableClock clock = new SettableClock();
  final AtomicInteger asked = new AtomicInteger();
  volatile boolean away;
  private volatile List<? extends JWK> keys = List.of(FIRST);
  private final HttpServer server;

  public TestIssuer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/keys",
        exchange -> {
          asked.incrementAndGet();
          byte[] body = new JWKSet(List.copyOf(keys)).toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(away ? 503 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  static RSAKey key(String id, int size) {
    try {
      return new RSAKeyGenerator(size, true).keyID(id).keyUse(KeyUse.SIGNATURE).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  void publish(JWK... published) {
    keys = List.of(published);
  }

  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
  }

  public TokenSettings settings() {
    return new TokenSettings(ISSUER, address(), AUDIENCE, "RS256", "tid", "oid");
  }

  TokenSignIn signIn() {
    return signIn(settings(), null);
  }

  TokenSignIn signIn(TokenSettings settings, @Nullable String tenants) {
    return new TokenSignIn(
        new SecuritySettings("jwt", false, null, tenants, "jobs", "worker", settings), clock);
  }

  /** What a token of a user says. */
  public JWTClaimsSet.Builder user() {
    return claims().claim("scp", "other jobs").claim("azp", "a-program");
  }

  /** What a token of a program says that calls in its own name. */
  JWTClaimsSet.Builder program() {
    return claims().claim("roles", List.of("worker")).claim("azp", "a-program");
  }

  private JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .claim("tid", TENANT)
        .claim("oid", USER)
        .issueTime(Date.from(clock.instant()))
        .notBeforeTime(Date.from(clock.instant()))
        .expirationTime(Date.from(clock.instant().plusSeconds(3600)));
  }

  public static String sign(JWTClaimsSet.Builder claims) {
    return sign(claims, FIRST);
  }

  static String sign(JWTClaimsSet.Builder claims, RSAKey key) {
    return sign(claims, new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()), key);
  }

  static String sign(JWTClaimsSet.Builder claims, JWSHeader.Builder header, RSAKey key) {
    try {
      var token = new SignedJWT(header.type(JOSEObjectType.JWT).build(), claims.build());
      token.sign(new RSASSASigner(key.toPrivateKey(), Set.of(AllowWeakRSAKey.getInstance())));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static Headers bearing(String token) {
    var headers = Map.of("Authorization", List.of("Bearer " + token));
    return name -> headers.getOrDefault(name, List.of());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
