package dev.sluice.api.http;

import static dev.sluice.api.http.Operation.get;
import static dev.sluice.api.http.Operation.post;

import dev.sluice.api.http.Operation.Answer;
import dev.sluice.api.readmodel.ChangeView;
import dev.sluice.api.readmodel.CommandView;
import dev.sluice.api.readmodel.DeadLetter;
import dev.sluice.api.readmodel.EventView;
import dev.sluice.api.readmodel.FleetMap;
import dev.sluice.api.readmodel.KnownSince;
import dev.sluice.api.readmodel.KnownSince.History;
import dev.sluice.api.readmodel.Overview;
import dev.sluice.api.readmodel.Page;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Records;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.ObjectsAnswered;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All operations of the API. */
final class Operations {

  static final String ROOT = "/api/v1";

  private final ReadModel model;
  private final CommandService commandService;
  private final DeadLetterActions deadLetterActions;
  private final FleetApprovals fleetApprovals;
  private final WorkerQuestions questions;

  Operations(
      ReadModel model,
      CommandService commandService,
      DeadLetterActions deadLetterActions,
      FleetApprovals fleetApprovals,
      WorkerQuestions questions) {
    this.model = model;
    this.commandService = commandService;
    this.deadLetterActions = deadLetterActions;
    this.fleetApprovals = fleetApprovals;
    this.questions = questions;
  }

  List<Operation> all() {
    List<Operation> all = new ArrayList<>(fleet());
    all.addAll(ApplicationOperations.all(model));
    all.addAll(audit());
    all.addAll(CommitOperations.all(model));
    all.add(DeliveryOperations.list(model));
    all.addAll(commands());
    return List.copyOf(all);
  }

  private List<Operation> fleet() {
    return List.of(
        get(
            ROOT + "/status",
            "status",
            "Returns the state of the fleet.",
            List.of(),
            Answer.one(Overview.class),
            request -> model.overview(request.principal().scope())),
        get(
            ROOT + "/fleet-map",
            "fleetMap",
            "Returns all applications with a short form of their state in each cluster, in one"
                + " answer without pages. Ask for it compressed (Accept-Encoding: gzip).",
            List.of(Parameter.APPLICATION, Parameter.CLUSTER),
            Answer.one(FleetMap.class),
            request -> model.fleet().map(request.scope(), request.principal().scope())),
        get(
            ROOT + "/failure-codes",
            "failureCodes",
            "Lists the failure codes with what they mean and what to do.",
            List.of(),
            Answer.list(FailureCodeView.class),
            _ -> FailureCodeView.all()),
        get(
            ROOT + "/clusters",
            "clusters",
            "Lists clusters, with the number of applications in each phase.",
            List.of(),
            Answer.list(Overview.ClusterView.class),
            request -> model.fleet().clusters(request.principal().scope())),
        get(
            ROOT + "/repositories",
            "repositories",
            "Lists repositories that applications have sources in, with the refs they follow.",
            Parameter.PAGING,
            Answer.page(Overview.RepositoryView.class),
            request ->
                model
                    .fleet()
                    .repositories(request.principal().scope(), request.limit(), request.after())));
  }

  private List<Operation> audit() {
    return List.of(
        get(
            ROOT + "/changes",
            "changes",
            "Lists changes of repositories and definitions, newest first. With 'application', only"
                + " those of the definitions of these applications, and their losses of state.",
            with(
                with(Parameter.PAGING, Parameter.SINCE, Parameter.UNTIL),
                Parameter.APPLICATION,
                Parameter.REPOSITORY,
                Parameter.TYPE,
                Parameter.COMMIT,
                Parameter.DELIVERY),
            Answer.page(ChangeView.class),
            request ->
                known(
                    request,
                    model
                        .records()
                        .changes(
                            new Records.ChangeFilter(
                                request.scope().applications(),
                                request.repository(),
                                request.text(Parameter.TYPE),
                                request.text(Parameter.COMMIT),
                                request.text(Parameter.DELIVERY),
                                request.span()),
                            request.principal().scope(),
                            request.limit(),
                            request.afterNumber()),
                    model.knownSince(History.CHANGES))),
        get(
            ROOT + "/dead-letters",
            "deadLetters",
            "Lists dead letters, newest first.",
            with(
                with(Parameter.PAGING, Parameter.SINCE, Parameter.UNTIL),
                Parameter.APPLICATION,
                Parameter.CLUSTER,
                Parameter.CODE,
                Parameter.STAGE,
                Parameter.STATE,
                Parameter.ENTRY),
            Answer.page(DeadLetter.class),
            this::deadLetters),
        get(
            ROOT + "/events",
            "events",
            "Lists events in the order they were read; streams them with Accept: text/event-stream,"
                + " where Last-Event-ID resumes after the last received event.",
            with(
                with(Parameter.PAGING, Parameter.SINCE, Parameter.UNTIL),
                Parameter.APPLICATION,
                Parameter.CLUSTER,
                Parameter.TYPE,
                Parameter.REPOSITORY),
            Answer.pageOrStream(EventView.class),
            request ->
                known(
                    request,
                    model
                        .records()
                        .events(
                            eventFilter(request),
                            request.principal().scope(),
                            request.limit(),
                            request.afterNumber().orElse(0L)),
                    model.knownSince(History.values()))));
  }

  private List<Operation> commands() {
    return List.of(
        get(
            ROOT + "/commands",
            "commands",
            "Lists commands with their answers, and what was sent for them to each cluster, newest"
                + " first.",
            with(
                Parameter.PAGING,
                Parameter.APPLICATION,
                Parameter.CLUSTER,
                Parameter.ID,
                Parameter.ID_PREFIX),
            Answer.page(CommandView.class),
            request ->
                known(
                    request,
                    model
                        .records()
                        .commands(
                            request.scope(),
                            request.text(Parameter.ID),
                            request.text(Parameter.ID_PREFIX),
                            request.principal().scope(),
                            request.limit(),
                            request.afterNumber()),
                    model.knownSince(History.CHANGES, History.RESULTS))),
        post(
            ROOT + "/commands",
            "command",
            "Sends a command to each selected application, as an event that the dispatcher accepts"
                + " or refuses; GET commands by id returns the answer and, once Git was evaluated,"
                + " what was sent to each cluster. The kinds of the client's verbs: re-evaluate"
                + " (sync), resync (sync --force), restore (rollback), rebuild, suspend, resume,"
                + " release, approve. A release with ignoreWindows does not wait for a maintenance"
                + " window, and needs the role admin.",
            CommandRequest.class,
            new Answer(202, Answer.Form.ONE, CommandPlan.class),
            commandService::command),
        fleetApprovals.operation(),
        post(
            ROOT + "/dead-letters/actions",
            "deadLetterAction",
            "Retries or closes open dead letters. Those of no application of the fleet can be"
                + " closed only.",
            DeadLetterActions.DeadLetterRequest.class,
            new Answer(202, Answer.Form.ONE, CommandPlan.class),
            deadLetterActions::act),
        post(
            ROOT + "/diffs",
            "diff",
            "Returns what applying an application's newest target again would change in a cluster."
                + " The cluster's worker answers through its topic; 504 if it does not answer in"
                + " time.",
            QuestionRequest.class,
            Answer.one(DiffAnswered.class),
            questions::diff),
        post(
            ROOT + "/objects",
            "objects",
            "Returns the live objects of an application in a cluster and those that controllers"
                + " made for them, with their health. Answered as a diff is.",
            QuestionRequest.class,
            Answer.one(ObjectsAnswered.class),
            questions::objects));
  }

  private Object deadLetters(Request request) {
    Optional<String> entry = request.text(Parameter.ENTRY);
    if (entry.isPresent()) {
      return new Page<>(
          model
              .records()
              .deadLetter(new DeadLetterId(entry.get()), request.principal().scope())
              .stream()
              .toList(),
          Optional.empty());
    }
    Optional<Boolean> open =
        switch (request.text(Parameter.STATE).orElse("open")) {
          case "closed" -> Optional.of(false);
          case "all" -> Optional.empty();
          default -> Optional.of(true);
        };
    Page<DeadLetter> page =
        model
            .records()
            .deadLetters(
                new Records.DeadLetterFilter(
                    request.scope(),
                    request.text(Parameter.CODE),
                    request.text(Parameter.STAGE),
                    open,
                    request.span()),
                request.principal().scope(),
                request.limit(),
                request.afterNumber());
    return open.equals(Optional.of(true))
        ? page
        : known(request, page, model.knownSince(History.DEAD_LETTERS));
  }

  /** Adds the beginning of what is known to a page, if the requested time begins before it. */
  static <T> Page<T> known(Request request, Page<T> page, Optional<KnownSince> beginning) {
    boolean isEnd = page.next().isEmpty() || request.after().isEmpty();
    return beginning
        .filter(since -> isEnd && since.isAfter(request.text(Parameter.SINCE).map(Instant::parse)))
        .map(page::knownSince)
        .orElse(page);
  }

  static Records.EventFilter eventFilter(Request request) {
    return new Records.EventFilter(
        request.scope(), request.text(Parameter.TYPE), request.repository(), request.span());
  }

  static List<Parameter> with(List<Parameter> first, Parameter... more) {
    List<Parameter> all = new ArrayList<>(List.of(more));
    all.addAll(first);
    return List.copyOf(all);
  }
}
