package dev.millrace.http.legacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.LocalMill;
import dev.millrace.http.OldRoutes;
import io.micronaut.web.router.Router;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the pages for users of earlier systems name is there, and all that is there is named. */
@ExtendWith(OldServer.class)
class MigrationPagesTest {
  private static final Pattern ROUTE = Pattern.compile("`(GET|POST|PUT|DELETE) (/[^`?\\s]*)`");

  @Test
  void every_route_that_a_page_names_answers(LocalMill mill) throws Exception {
    assertThat(named()).hasSizeGreaterThan(20);
    for (String route : named()) {
      String[] parts = route.split(" ");
      var response =
          mill.send(
              mill.request(parts[1].replaceAll("\\{[^}]*}", "x"))
                  .header("Content-Type", "application/json")
                  .method(parts[0], BodyPublishers.ofString("{}")));

      assertThat(response.statusCode()).as(route).isNotEqualTo(405).isNotEqualTo(500);
      assertThat(response.body()).as(route).doesNotContain("Nothing is at this address");
    }
  }

  @Test
  void every_old_route_is_named_by_a_page(LocalMill mill) throws Exception {
    Set<String> there =
        mill.get(Router.class)
            .uriRoutes()
            .filter(OldRoutes::has)
            .filter(route -> !route.getHttpMethodName().equals("HEAD"))
            .map(
                route ->
                    route.getHttpMethodName() + " " + route.getUriMatchTemplate().toPathString())
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(there).hasSizeGreaterThan(15);
    assertThat(named().stream().map(route -> route.replaceAll("/$", ""))).containsAll(there);
  }

  private static Set<String> named() throws Exception {
    try (Stream<Path> pages = Files.list(Path.of("docs/migrate"))) {
      var named = new TreeSet<String>();
      for (Path page : pages.toList()) {
        ROUTE
            .matcher(Files.readString(page))
            .results()
            .forEach(found -> named.add(found.group(1) + " " + found.group(2)));
      }
      return named;
    }
  }
}
