package dev.sluice.api.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.api.projection.Phase;
import dev.sluice.api.readmodel.Applications;
import dev.sluice.api.readmodel.DeadLetter;
import dev.sluice.api.readmodel.Occurrence;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Retries and discards of dead letters. Those of an application become commands to it. Those of no
 * application of the fleet, such as of a record that cannot be read, can be discarded only, which
 * closes them at once: no partition holds anything of them.
 */
final class DeadLetterActions {

  private static final int MAX_ENTRIES = 1_000;
  private static final Set<String> DONE = Set.of(Phase.SYNCED.label(), Phase.UNKNOWN.label());

  private final ReadModel model;
  private final CommandService commands;
  private final CommandPublisher publisher;

  DeadLetterActions(ReadModel model, CommandService commands, CommandPublisher publisher) {
    this.model = model;
    this.commands = commands;
    this.publisher = publisher;
  }

  /**
   * Action on open dead letters.
   *
   * @param dryRun returns the commands without giving them
   */
  record DeadLetterRequest(
      Action action, List<DeadLetterId> entries, String reason, boolean dryRun) {

    DeadLetterRequest {
      entries = entries == null ? List.of() : List.copyOf(entries);
    }

    enum Action {
      /**
       * Syncs again what a worker parked; evaluates again the sources that the dispatcher refused.
       */
      @JsonProperty("retry")
      RETRY,
      /** Closes the entries without a retry. */
      @JsonProperty("discard")
      DISCARD
    }
  }

  CommandPlan act(Request request) {
    DeadLetterRequest asked = request.body(DeadLetterRequest.class);
    CommandService.checkReason(asked.reason());
    if (asked.entries().isEmpty() || asked.entries().size() > MAX_ENTRIES) {
      throw Problem.invalid("'entries' has 1 to %d entries".formatted(MAX_ENTRIES));
    }
    String key = CommandService.key(request);
    Principal by = request.principal();
    Map<EventId, Order> orders = new LinkedHashMap<>();
    Map<EventId, DeadLetter> closed = new LinkedHashMap<>();
    List<String> skipped = new ArrayList<>();
    for (DeadLetterId entry : new TreeSet<>(asked.entries())) {
      Optional<DeadLetter> letter = model.records().deadLetter(entry, by.scope());
      if (letter.isEmpty() || letter.get().closedAt().isPresent()) {
        skipped.add(entry + ": not open");
        continue;
      }
      Optional<Definition> definition =
          letter.get().application().flatMap(name -> definition(name, by));
      boolean isOwned = definition.isPresent() && letter.get().cluster().isPresent();
      if (!isOwned && asked.action() == DeadLetterRequest.Action.RETRY) {
        skipped.add(
            entry + ": the fleet has no application of it, so nothing can be retried: discard it");
        continue;
      }
      Optional<String> needed =
          asked.action() == DeadLetterRequest.Action.DISCARD && mayDiscard(by, entry)
              ? whyNeeded(letter.get())
              : Optional.empty();
      if (needed.isPresent()) {
        skipped.add("%s: %s".formatted(entry, needed.get()));
      } else if (isOwned) {
        Order order = order(asked.action(), letter.get(), definition.get(), key);
        orders.merge(order.id(), order, DeadLetterActions::inBoth);
      } else {
        closed.put(EventId.of("command", key, entry.value()), letter.get());
      }
    }
    checkRights(by, closed);
    CommandPlan plan =
        commands.give(by, List.copyOf(orders.values()), asked.reason(), asked.dryRun(), skipped);
    if (!asked.dryRun() && !closed.isEmpty()) {
      Map<EventId, DeadLetterEvent.Closed> events = new LinkedHashMap<>();
      closed.forEach(
          (id, letter) ->
              events.put(
                  id,
                  DeadLetterEvent.Closed.discarded(
                          letter.entry(),
                          letter.key(),
                          letter.generation(),
                          by.name(),
                          asked.reason(),
                          Optional.empty())
                      .requestedBy(by.caller())));
      publisher.close(events);
    }
    return new CommandPlan(
        plan.dryRun(),
        Stream.concat(
                plan.commands().stream(),
                closed.entrySet().stream()
                    .map(one -> planned(one.getKey(), one.getValue(), asked.dryRun())))
            .toList(),
        skipped);
  }

  private static CommandPlan.Planned planned(EventId id, DeadLetter letter, boolean dryRun) {
    return new CommandPlan.Planned(
        id.value(),
        letter.application(),
        letter.cluster().stream().toList(),
        new Command.Discard(letter.entry()),
        "the dead letter %s is closed".formatted(letter.entry()),
        !dryRun);
  }

  private static void checkRights(Principal by, Map<EventId, DeadLetter> closed) {
    for (DeadLetter letter : closed.values()) {
      if (!mayDiscard(by, letter.entry())) {
        throw new Problem(
            403,
            "Not allowed",
            "%s (%s) may not discard %s".formatted(by.name(), by.role().label(), letter.entry()));
      }
    }
  }

  private static boolean mayDiscard(Principal by, DeadLetterId entry) {
    return by.role().includes(Role.requiredFor(new Command.Discard(entry)));
  }

  private static Order inBoth(Order one, Order other) {
    Set<ClusterName> both = new TreeSet<>(one.clusters());
    both.addAll(other.clusters());
    return new Order(one.id(), one.definition(), both, retrying(one.command(), other.command()));
  }

  /** Returns the first command, which also retries the entries of another one of its kind. */
  private static Command retrying(Command one, Command other) {
    Optional<List<DeadLetterId>> retries =
        Optional.of(Stream.concat(one.retried().stream(), other.retried().stream()).toList());
    return switch (one) {
      case Command.Reevaluate _ -> new Command.Reevaluate(retries);
      case Command.Resync _ -> new Command.Resync(retries);
      case Command.Restore _,
          Command.Resend _,
          Command.Rebuild _,
          Command.Suspend _,
          Command.Resume _,
          Command.Release _,
          Command.Approve _,
          Command.Discard _ ->
          one;
    };
  }

  private static Order order(
      DeadLetterRequest.Action action, DeadLetter letter, Definition definition, String key) {
    Command command =
        switch (action) {
          case RETRY -> {
            Optional<List<DeadLetterId>> retries = Optional.of(List.of(letter.entry()));
            yield letter.concernsSource()
                ? new Command.Reevaluate(retries)
                : new Command.Resync(retries);
          }
          case DISCARD -> new Command.Discard(letter.entry());
        };
    String distinct =
        switch (command) {
          case Command.Discard discard -> discard.entry().value();
          default -> command.getClass().getSimpleName() + "/" + definition.application();
        };
    return new Order(
        EventId.of("command", key, distinct),
        definition,
        Set.of(new ClusterName(letter.cluster().orElseThrow())),
        command);
  }

  /**
   * Returns why a dead letter must stay open; empty if its application does not need it. An
   * application that is parked, or whose sources are refused, always has an open dead letter, since
   * nothing else shows the cause.
   */
  private Optional<String> whyNeeded(DeadLetter letter) {
    boolean isOfRecord = letter.generation().isEmpty() && !letter.concernsSource();
    if (isOfRecord || letter.application().isEmpty() || letter.cluster().isEmpty()) {
      return Optional.empty();
    }
    String application = letter.application().get();
    String cluster = letter.cluster().get();
    return model
        .applications()
        .list(
            Applications.Filter.of(new Scope(List.of(application), List.of(cluster))),
            Scope.ALL,
            1,
            Optional.empty())
        .items()
        .stream()
        .filter(status -> letter.concernsSource() || !DONE.contains(status.phase()))
        .findFirst()
        .map(
            status ->
                letter.concernsSource()
                    ? "the sources of %s are still refused: fix them, and it closes"
                        .formatted(application)
                    : "%s is %s in %s: fix the cause and sync, and it closes"
                        .formatted(application, status.phase(), cluster));
  }

  private Optional<Definition> definition(String application, Principal by) {
    return model
        .applications()
        .defined(
            new Scope(List.of(application), List.of()),
            by.scope(),
            Optional.empty(),
            Occurrence.ANY)
        .stream()
        .findFirst();
  }
}
