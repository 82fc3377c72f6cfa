package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Factory of evaluation requests from the partition's state. */
public final class EvaluationRequests {

  private final PartitionState state;

  public EvaluationRequests(PartitionState state) {
    this.state = state;
  }

  /**
   * Returns the request for an evaluation of a followed ref.
   *
   * @param indexed the commit at which the applications' paths are indexed; empty if they are not
   * @param marked applications to inspect whichever paths changed, with the reason
   */
  public EvaluationRequest of(
      RefKey key,
      EvaluationRequest.Aim aim,
      Optional<CommitId> indexed,
      Map<ApplicationName, String> marked) {
    List<ApplicationState> applications = state.decidedAt(key);
    SourceSpec source =
        sources(state.following(key))
            .filter(one -> RefKey.of(one).equals(key))
            .findFirst()
            .orElseThrow();
    return new EvaluationRequest(
        key,
        source,
        aim,
        new EvaluationRequest.Known(
            state.ref(key).head(),
            state.ref(key).tag(),
            indexed,
            others(key, applications),
            applications,
            marked));
  }

  /**
   * Returns the request that inspects an application again at the heads that were last evaluated;
   * empty if there is none yet.
   */
  public Optional<EvaluationRequest> reevaluationOf(ApplicationState application) {
    SourceSpec source = application.definition().orElseThrow().sources().getFirst();
    RefKey key = RefKey.of(source);
    Optional<CommitId> head = state.ref(key).head();
    EvaluationRequest.Known known =
        new EvaluationRequest.Known(
            head,
            state.ref(key).tag(),
            Optional.empty(),
            others(key, List.of(application)),
            List.of(application),
            Map.of());
    return head.map(
        _ -> new EvaluationRequest(key, source, new EvaluationRequest.Aim.Evaluate(), known));
  }

  private List<EvaluationRequest.Other> others(RefKey key, List<ApplicationState> applications) {
    Map<RefKey, SourceSpec> refs = new HashMap<>();
    sources(applications).forEach(source -> refs.put(RefKey.of(source), source));
    refs.remove(key);
    return refs.entrySet().stream()
        .flatMap(
            other ->
                state.ref(other.getKey()).head().stream()
                    .map(
                        head ->
                            new EvaluationRequest.Other(
                                other.getValue(), head, state.ref(other.getKey()).tag())))
        .toList();
  }

  private static Stream<SourceSpec> sources(List<ApplicationState> applications) {
    return applications.stream()
        .flatMap(application -> application.definition().stream())
        .flatMap(definition -> definition.sources().stream());
  }
}
