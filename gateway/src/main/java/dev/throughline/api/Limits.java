package dev.throughline.api;

/**
 * How much of the API one project or app may use. What is beyond is answered 429, before anything
 * is stored.
 *
 * @param requestsPerSecond of a project, all calls together; 0: as many as the machine can do
 * @param queued messages and events of an app that wait to go out
 */
public record Limits(int requestsPerSecond, int queued) {
  /**
   * The contract's queue; its 800 requests a second are a matter of the operator's machine here.
   */
  public static final Limits DEFAULT = new Limits(0, 500_000);

  public Limits {
    if (requestsPerSecond < 0 || queued < 1) {
      throw new IllegalArgumentException(
          "limits must not be negative, and a queue holds something; were: "
              + requestsPerSecond
              + ", "
              + queued);
    }
  }
}
