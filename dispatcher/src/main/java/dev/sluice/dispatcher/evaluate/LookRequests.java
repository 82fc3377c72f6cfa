package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.HomeMemory;
import dev.sluice.dispatcher.decide.RefKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a look has to know, from what the home remembers. */
public final class LookRequests {

  private final HomeMemory memory;

  public LookRequests(HomeMemory memory) {
    this.memory = memory;
  }

  /**
   * A look at a ref that is followed.
   *
   * @param indexed the commit that the index is about; empty if it is about none
   * @param marked those to look at whatever has changed, and why
   */
  public LookRequest of(
      RefKey key,
      LookRequest.Aim aim,
      Optional<CommitId> indexed,
      Map<ApplicationName, String> marked) {
    List<ApplicationState> applications = memory.decidedAt(key);
    SourceSpec source =
        sources(memory.following(key))
            .filter(one -> RefKey.of(one).equals(key))
            .findFirst()
            .orElseThrow();
    return new LookRequest(
        key,
        source,
        aim,
        new LookRequest.Known(
            memory.ref(key).head(), indexed, others(key, applications), applications, marked));
  }

  /**
   * The look by which an application's inputs can be found out again, at the heads that were
   * decided about; empty if there is none yet.
   */
  public Optional<LookRequest> again(ApplicationState application) {
    SourceSpec source = application.definition().orElseThrow().sources().getFirst();
    RefKey key = RefKey.of(source);
    Optional<CommitId> head = memory.ref(key).head();
    LookRequest.Known known =
        new LookRequest.Known(
            head,
            Optional.empty(),
            others(key, List.of(application)),
            List.of(application),
            Map.of());
    return head.map(_ -> new LookRequest(key, source, new LookRequest.Aim.Evaluate(), known));
  }

  private List<LookRequest.Other> others(RefKey key, List<ApplicationState> applications) {
    Map<RefKey, SourceSpec> refs = new HashMap<>();
    sources(applications).forEach(source -> refs.put(RefKey.of(source), source));
    refs.remove(key);
    return refs.entrySet().stream()
        .flatMap(
            other ->
                memory.ref(other.getKey()).head().stream()
                    .map(head -> new LookRequest.Other(other.getValue(), head)))
        .toList();
  }

  private static Stream<SourceSpec> sources(List<ApplicationState> applications) {
    return applications.stream()
        .flatMap(application -> application.definition().stream())
        .flatMap(definition -> definition.sources().stream());
  }
}
