package dev.sluice.api.http;

import static dev.sluice.api.http.Operation.get;

import dev.sluice.api.http.Operation.Answer;
import dev.sluice.api.projection.Phase;
import dev.sluice.api.readmodel.ApplicationStatus;
import dev.sluice.api.readmodel.Applications;
import dev.sluice.api.readmodel.GenerationView;
import dev.sluice.api.readmodel.KnownSince.History;
import dev.sluice.api.readmodel.Observations;
import dev.sluice.api.readmodel.Page;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.api.readmodel.Trace;
import dev.sluice.contract.name.Generation;
import java.util.List;

/** Operations that read the state, the history and the origin of applications. */
final class ApplicationOperations {

  private ApplicationOperations() {}

  /** Returns a page of the history; its end says if earlier generations are not known. */
  private static Page<GenerationView> history(ReadModel model, Request request) {
    Page<GenerationView> page =
        model
            .applications()
            .history(
                request.required(Parameter.PATH_APPLICATION),
                new Scope(List.of(), request.scope().clusters()),
                request.principal().scope(),
                request.limit(),
                request.after());
    boolean isWhole =
        page.next().isPresent()
            || (!page.items().isEmpty()
                && page.items().getLast().generation().equals(Generation.FIRST));
    return isWhole
        ? page
        : model
            .knownSince(request.required(Parameter.PATH_APPLICATION), request.scope())
            .map(page::knownSince)
            .orElse(page);
  }

  static List<Operation> all(ReadModel model) {
    return List.of(
        get(
            Operations.ROOT + "/applications",
            "applications",
            "Lists applications, one item for each cluster of an application.",
            Operations.with(
                Parameter.PAGING,
                Parameter.APPLICATION,
                Parameter.CLUSTER,
                Parameter.PHASE,
                Parameter.REPOSITORY,
                Parameter.HELD,
                Parameter.SYNC,
                Parameter.HEALTH),
            Answer.page(ApplicationStatus.class),
            request ->
                model
                    .applications()
                    .list(
                        new Applications.Filter(
                            request.scope(),
                            request.text(Parameter.PHASE).flatMap(Phase::named),
                            request.repository(),
                            request.text(Parameter.HELD).map(Boolean::parseBoolean),
                            request.text(Parameter.SYNC),
                            request.text(Parameter.HEALTH)),
                        request.principal().scope(),
                        request.limit(),
                        request.after())),
        get(
            Operations.ROOT + "/applications/{application}",
            "application",
            "Returns an application: definition, clusters, open dead letters, last commands.",
            List.of(Parameter.PATH_APPLICATION),
            Answer.one(Applications.Detail.class),
            request ->
                model
                    .applications()
                    .find(request.required(Parameter.PATH_APPLICATION), request.principal().scope())
                    .orElseThrow(() -> Problem.notFound("there is no such application"))),
        get(
            Operations.ROOT + "/applications/{application}/history",
            "history",
            "Lists the generations of an application, newest first.",
            Operations.with(Parameter.PAGING, Parameter.PATH_APPLICATION, Parameter.CLUSTER),
            Answer.page(GenerationView.class),
            request -> history(model, request)),
        get(
            Operations.ROOT + "/trace",
            "trace",
            "Traces an object to its commit, merge request, webhook delivery and times.",
            List.of(Parameter.ONE_CLUSTER, Parameter.KIND, Parameter.NAME, Parameter.NAMESPACE),
            Answer.one(Trace.class),
            request -> trace(model, request)),
        get(
            Operations.ROOT + "/drift",
            "drift",
            "Lists the objects that differ from what was applied, with who changed them and when."
                + " One item for each cluster of an application with such objects.",
            Operations.with(Parameter.PAGING, Parameter.APPLICATION, Parameter.CLUSTER),
            Answer.page(Observations.ClusterDrift.class),
            request ->
                model
                    .observations()
                    .drifts(
                        request.scope(),
                        request.principal().scope(),
                        request.limit(),
                        request.after())));
  }

  private static Trace trace(ReadModel model, Request request) {
    Trace.Question question =
        new Trace.Question(
            request.required(Parameter.ONE_CLUSTER),
            request.required(Parameter.KIND),
            request.required(Parameter.NAME),
            request.text(Parameter.NAMESPACE));
    Scope allowed = request.principal().scope();
    List<String> namespaces = model.origins().namespaces(question, allowed);
    if (namespaces.size() > 1) {
      throw new Problem(
          409,
          "Ambiguous",
          "several namespaces have such an object: give one of %s"
              .formatted(String.join(", ", namespaces)));
    }
    return model
        .origins()
        .trace(question, allowed)
        .orElseThrow(
            () ->
                Problem.notFound(
                    "no recorded generation changed this object",
                    model.knownSince(History.RESULTS)));
  }
}
