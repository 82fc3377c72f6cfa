package dev.sluice.simulated.fault;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Injector of network and API server faults, for tests. Thread-safe. */
public final class FaultInjector {
  private final List<Rule> rules = new CopyOnWriteArrayList<>();

  public FaultInjector() {}

  /** Registered fault; closing the registration removes it. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  private record Rule(Predicate<ObservedRequest> requests, Fault fault) {}

  /** Registers a fault for every matching request. If several match, the earliest applies. */
  public Registration inject(Predicate<ObservedRequest> requests, Fault fault) {
    Rule rule = new Rule(requests, fault);
    rules.add(rule);
    return () -> rules.remove(rule);
  }

  /** Registers a fault for only the first matching request. */
  public Registration injectOnce(Predicate<ObservedRequest> requests, Fault fault) {
    java.util.concurrent.atomic.AtomicBoolean met = new java.util.concurrent.atomic.AtomicBoolean();
    return inject(
        request -> !met.get() && requests.test(request) && met.compareAndSet(false, true), fault);
  }

  /** Removes all faults. */
  public void clear() {
    rules.clear();
  }

  public Optional<Fault> faultFor(ObservedRequest request) {
    return rules.stream()
        .filter(rule -> rule.requests().test(request))
        .map(Rule::fault)
        .findFirst();
  }
}
