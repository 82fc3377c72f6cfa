package dev.sluice.api.http;

import static dev.sluice.api.http.Operation.get;

import dev.sluice.api.http.Operation.Answer;
import dev.sluice.api.projection.Phase;
import dev.sluice.api.readmodel.ApplicationStatus;
import dev.sluice.api.readmodel.Applications;
import dev.sluice.api.readmodel.GenerationView;
import dev.sluice.api.readmodel.Observations;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Scope;
import java.util.List;

/** Operations that read the state and the history of applications. */
final class ApplicationOperations {

  private ApplicationOperations() {}

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
            request ->
                model
                    .applications()
                    .history(
                        request.required(Parameter.PATH_APPLICATION),
                        new Scope(List.of(), request.scope().clusters()),
                        request.principal().scope(),
                        request.limit(),
                        request.after())),
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
}
