package dev.sluice.worker.lane;

/** The event, besides a new generation or an operator, that retries a parked generation. */
public sealed interface Wake {

  /** Returns its description for people. */
  String shown();

  /**
   * The input is at fault: it cannot be decoded, rendered or read. Neither a timer nor a watch
   * retries it.
   */
  record NewInput() implements Wake {

    @Override
    public String shown() {
      return "a new generation or an operator";
    }
  }

  /**
   * The input does not fit the kinds that the cluster serves. A CustomResourceDefinition that is
   * established or changed retries it; no timer does.
   */
  record NewKinds() implements Wake {

    @Override
    public String shown() {
      return "a new generation, or a CustomResourceDefinition that fits";
    }
  }

  /**
   * The cluster's state prevents it. No watch sees all relevant changes, so the slow timer retries
   * it too.
   *
   * @param shown the change that it waits for
   */
  record ClusterChange(String shown) implements Wake {}
}
