package dev.millrace.http.metrics;

import dev.millrace.bus.JobResult;
import dev.millrace.bus.ResultMessage;
import dev.millrace.bus.ResultTopic;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts each job by the result that goes to the topic for all. */
public final class CountedTopic implements ResultTopic {
  private static final Logger log = LoggerFactory.getLogger(CountedTopic.class);

  private final ResultTopic topic;
  private final String usual;
  private final Meters meters;
  private final ObjectMapper json;

  /**
   * @param usual where every result goes
   */
  public CountedTopic(ResultTopic topic, String usual, Meters meters, ObjectMapper json) {
    this.topic = topic;
    this.usual = usual;
    this.meters = meters;
    this.json = json;
  }

  @Override
  public Publication publish(String target, ResultMessage message) {
    Publication publication = topic.publish(target, message);
    if (publication instanceof Publication.Accepted
        && target.equals(usual)
        && message.properties().containsKey("jobId")) {
      count(message);
    }
    return publication;
  }

  private void count(ResultMessage message) {
    try {
      JobResult job = json.readValue(message.body(), JobResult.class);
      if (job != null) {
        meters.ended(job);
      }
    } catch (IOException e) {
      log.atWarn().setCause(e).log("a result was not counted"); // it is delivered all the same
    }
  }
}
