package dev.sluice.dispatcher.partition;

/** Whoever feeds a home. Called from the home's thread; must not block. */
public interface HomeOwner {

  /** The home is ready for the events from this offset on. */
  void ready(Home home, long offset);

  /** The home takes events again. */
  void roomy(Home home);

  /** The home has ended and must be started anew. */
  void failed(Home home, Throwable cause);
}
