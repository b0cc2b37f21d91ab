package dev.millrace.http;

import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Problems;
import dev.millrace.http.problem.Refusal;
import dev.millrace.security.Caller;
import dev.millrace.security.SignIn;
import dev.millrace.security.limit.Allowance;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.web.router.RouteAttributes;
import jakarta.annotation.security.PermitAll;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lets nobody in that is not known, to no address but those that are marked as open to all. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class Admittance implements Ordered {
  private static final String CALLER = Caller.class.getName();

  private final SignIn signIn;
  private final Allowance allowance;
  private final Problems problems;

  Admittance(SignIn signIn, Allowance allowance, Problems problems) {
    this.signIn = signIn;
    this.allowance = allowance;
    this.problems = problems;
  }

  /** Who was let in with a request; nobody where all are. */
  static Optional<Caller> caller(HttpRequest<?> request) {
    return request.getAttribute(CALLER, Caller.class);
  }

  /** After the Doorkeeper, before everybody else. */
  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE + 2;
  }

  @RequestFilter
  @ExecuteOn(TaskExecutors.BLOCKING)
  @Nullable MutableHttpResponse<byte[]> enter(HttpRequest<?> request) {
    if (openToAll(request)) {
      return null;
    }
    return switch (signIn.admit(name -> request.getHeaders().getAll(name))) {
      case SignIn.Admission.Admitted(Caller caller) -> {
        request.setAttribute(CALLER, caller);
        yield allowance
            .request(caller.owner())
            .map(wait -> problems.answer(request, Refusal.tooMany("Ask less often.", wait)))
            .orElse(null);
      }
      case SignIn.Admission.Unknown unknown ->
          problems.answer(
              request,
              Refusal.of(Code.UNAUTHENTICATED, "Sign in, and show that you have.")
                  .with(HttpHeaders.WWW_AUTHENTICATE, "Bearer"));
      case SignIn.Admission.Forbidden forbidden ->
          problems.answer(
              request, Refusal.of(Code.FORBIDDEN, "Who you are is known, and may not call this."));
    };
  }

  private static boolean openToAll(HttpRequest<?> request) {
    return RouteAttributes.getRouteMatch(request)
        .filter(route -> route.getAnnotationMetadata().hasAnnotation(PermitAll.class))
        .isPresent();
  }
}
