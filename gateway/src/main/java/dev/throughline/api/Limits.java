package dev.throughline.api;

/**
 * How much of the API one project or app may use. What is beyond is answered 429, before anything
 * is stored; 0 everywhere: no limit. The contract has 800 requests, 500,000 waiting messages and 25
 * callbacks; here the machine is the operator's own.
 *
 * @param requestsPerSecond of a project, all calls together
 * @param queued messages and events of an app that wait to go out
 * @param callbacksPerSecond calls of an app's webhooks, which wait if there are more
 */
public record Limits(int requestsPerSecond, int queued, int callbacksPerSecond) {
  public static final Limits DEFAULT = new Limits(0, 0, 0);

  public Limits {
    if (requestsPerSecond < 0 || queued < 0 || callbacksPerSecond < 0) {
      throw new IllegalArgumentException(
          "limits must not be negative; were: "
              + requestsPerSecond
              + ", "
              + queued
              + ", "
              + callbacksPerSecond);
    }
  }
}
