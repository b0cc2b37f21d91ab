package dev.millrace.worker.sim;

import dev.millrace.job.JobRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What happened outside the logs: what callers were told, and what models and tools were asked. */
final class History {
  /** One call that reached a model or a tool. */
  static final class Call {
    final String job;
    final String what;
    final String delivery;
    final long began;
    boolean answered;

    Call(String job, String what, String delivery, long began) {
      this.job = job;
      this.what = what;
      this.delivery = delivery;
      this.began = began;
    }
  }

  /** A job that somebody was told is accepted, with the script that names it. */
  final Map<JobRef, String> accepted = new LinkedHashMap<>();

  /** Whose cancel was acknowledged. */
  final List<JobRef> canceled = new ArrayList<>();

  /** Under whose id another body was sent. */
  final List<JobRef> conflicting = new ArrayList<>();

  final List<Call> modelCalls = new ArrayList<>();
  final List<Call> toolRuns = new ArrayList<>();

  /** How often each killing job has killed. */
  final Map<String, Integer> kills = new LinkedHashMap<>();
}
