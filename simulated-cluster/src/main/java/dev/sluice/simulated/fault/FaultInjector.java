package dev.sluice.simulated.fault;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Makes requests fail in the ways a network and an API server fail; for tests. Thread-safe. */
public final class FaultInjector {
  private final List<Rule> rules = new CopyOnWriteArrayList<>();

  public FaultInjector() {}

  /** A fault in force until it is closed. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  private record Rule(Predicate<ObservedRequest> requests, Fault fault) {}

  /** Lets every request that matches meet a fault; of several rules the earliest holds. */
  public Registration inject(Predicate<ObservedRequest> requests, Fault fault) {
    Rule rule = new Rule(requests, fault);
    rules.add(rule);
    return () -> rules.remove(rule);
  }

  /** Lets the first request that matches, and no other, meet a fault. */
  public Registration injectOnce(Predicate<ObservedRequest> requests, Fault fault) {
    java.util.concurrent.atomic.AtomicBoolean met = new java.util.concurrent.atomic.AtomicBoolean();
    return inject(
        request -> !met.get() && requests.test(request) && met.compareAndSet(false, true), fault);
  }

  /** Lifts all faults. */
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
