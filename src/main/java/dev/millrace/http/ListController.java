package dev.millrace.http;

import dev.millrace.http.document.Described;
import dev.millrace.http.problem.Refusal;
import dev.millrace.http.request.Filter;
import dev.millrace.http.view.JobViews;
import dev.millrace.job.JobRef;
import dev.millrace.journal.Index;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.security.Caller;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The jobs of a caller, newest first. */
@Controller("/v1/jobs")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ListController {
  /** So many jobs are looked at for one page, however few of them are wanted. */
  private static final int MOST_SEEN = 1000;

  private final Desk desk;
  private final Answers answers;
  private final Index index;
  private final Journal journal;
  private final JobViews views;

  ListController(Desk desk, Answers answers, Index index, Journal journal, JobViews views) {
    this.desk = desk;
    this.answers = answers;
    this.index = index;
    this.journal = journal;
    this.views = views;
  }

  /**
   * Lists jobs, newest first. A page may hold fewer than were asked for, even none, and still name
   * a next one.
   */
  @Get
  @Described.ListJobs
  HttpResponse<byte[]> list(HttpRequest<?> request) {
    var filter = Filter.of(request.getParameters());
    var page = page(desk.caller(request), filter);
    var answer = new LinkedHashMap<String, Object>();
    answer.put("jobs", page.jobs);
    String next = page.next == null ? null : filter.address("/v1/jobs", page.next);
    if (next != null) {
      answer.put("next", next);
    }
    MutableHttpResponse<byte[]> response = answers.json(HttpStatus.OK, answer);
    return next == null
        ? response
        : response.header(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"");
  }

  private record Page(List<JsonNode> jobs, @Nullable String next) {}

  private Page page(Caller caller, Filter filter) {
    var jobs = new ArrayList<JsonNode>();
    Set<JobRef> seen = new HashSet<>();
    String from = filter.continuation();
    for (int looked = 0; looked < MOST_SEEN && jobs.size() < filter.limit(); ) {
      int most = Math.min(filter.limit() - jobs.size(), MOST_SEEN - looked);
      Index.Recent names = recent(caller.tenant(), from, most);
      for (Index.Recent.Listed listed : names.jobs()) {
        if (filter.past(listed.createdAt())) {
          return new Page(jobs, null);
        }
        if (filter.takes(listed.createdAt()) && seen.add(listed.job())) {
          look(listed, caller, filter, jobs);
        }
      }
      looked += most;
      from = names.next();
      if (from == null) {
        break;
      }
    }
    return new Page(jobs, from);
  }

  private Index.Recent recent(String tenant, @Nullable String continuation, int limit) {
    try {
      return index.recent(tenant, continuation, limit);
    } catch (IllegalArgumentException e) {
      throw Refusal.invalid("?continuation", "must be as the page before has named it");
    }
  }

  private void look(Index.Recent.Listed listed, Caller caller, Filter filter, List<JsonNode> jobs) {
    JobLog job = journal.job(listed.job());
    if (!job.exists()) {
      if (index.gone(listed.job())) {
        index.unlist(listed);
      }
    } else if (caller.mayUse(job.state().owner()) && filter.takes(job.state())) {
      jobs.add(views.brief(job));
    }
  }
}
