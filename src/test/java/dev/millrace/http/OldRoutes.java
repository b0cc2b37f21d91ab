package dev.millrace.http;

import io.micronaut.web.router.UriRouteInfo;

/** The routes of earlier systems. */
public final class OldRoutes {
  private OldRoutes() {}

  public static boolean has(UriRouteInfo<?, ?> route) {
    return route.getDeclaringType().getPackageName().startsWith("dev.millrace.http.legacy");
  }
}
