package dev.millrace.agent;

/**
 * How many figures a model is shown with one request.
 *
 * @param most pictures, the latest
 * @param largest bytes; a larger one is not shown
 */
public record PictureLimits(int most, long largest) {
  public static final PictureLimits USUAL = new PictureLimits(4, 2 << 20);
}
