package dev.sluice.worker.lane;

/** What, besides a new generation or an operator, has a parked generation attempted again. */
public sealed interface Wake {

  /** Names it, for people. */
  String shown();

  /**
   * The input is at fault: it cannot be decoded, rendered or read. Neither a timer nor a watch
   * tries it again.
   */
  record NewInput() implements Wake {

    @Override
    public String shown() {
      return "a new generation or an operator";
    }
  }

  /**
   * The input does not fit the kinds that the cluster serves. A CustomResourceDefinition that is
   * established or changed has it attempted again; no timer does.
   */
  record NewKinds() implements Wake {

    @Override
    public String shown() {
      return "a new generation, or a CustomResourceDefinition that fits";
    }
  }

  /**
   * The cluster's state is in the way. No watch sees everything that may change it, so the slow
   * timer tries too.
   *
   * @param shown what has to change
   */
  record ClusterChange(String shown) implements Wake {}
}
