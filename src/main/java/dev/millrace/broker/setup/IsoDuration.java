package dev.millrace.broker.setup;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Period;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as they are written in Azure: a year has 365 days, a month has 30. */
final class IsoDuration {
  private static final Pattern WITH_DATE =
      Pattern.compile("(P(?:\\d+[YMW])*)(\\d+D)?(T.+)?", Pattern.CASE_INSENSITIVE);

  private IsoDuration() {}

  /**
   * @throws DateTimeException if it is none
   */
  static Duration parse(String text) {
    Matcher matcher = WITH_DATE.matcher(text);
    if (!matcher.matches()) {
      throw new DateTimeException(text);
    }
    String date = matcher.group(1);
    Duration duration = Duration.ZERO;
    if (date.length() > 1) {
      Period period = Period.parse(date);
      duration =
          Duration.ofDays(period.getYears() * 365L + period.getMonths() * 30L + period.getDays());
    }
    String days = matcher.group(2);
    String time = matcher.group(3);
    if (days == null && time == null) {
      if (date.length() > 1) {
        return duration;
      }
      throw new DateTimeException(text);
    }
    return duration.plus(
        Duration.parse("P" + (days == null ? "" : days) + (time == null ? "" : time)));
  }
}
