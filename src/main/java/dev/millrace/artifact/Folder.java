package dev.millrace.artifact;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.JobRef;
import dev.millrace.storage.Layout;

/** Whose files they are. They go when their owner goes. */
public record Folder(String name) {
  public static Folder of(JobRef job) {
    return new Folder(Layout.job(job));
  }

  public static Folder of(ConversationRef conversation, int generation) {
    return new Folder(Layout.conversation(conversation, generation));
  }

  String file(String sha256) {
    return Layout.file(name, sha256);
  }
}
