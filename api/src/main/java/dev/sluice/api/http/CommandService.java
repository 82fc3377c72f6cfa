package dev.sluice.api.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.Applications.HeldPlan;
import dev.sluice.api.readmodel.KnownSince;
import dev.sluice.api.readmodel.Occurrence;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Records.Span;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.api.store.Columns;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Service that gives operators' commands: selects the applications, checks the caller's rights and
 * publishes the commands. It keeps no state: a command answered with 202 is in Kafka, and repeating
 * a request with the same idempotency key produces the same event ids.
 */
final class CommandService {

  private static final Pattern POSITIONS = Pattern.compile("(\\d{1,9}):(\\d{1,18})-(\\d{1,18})");
  static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final int MAX_REASON = 500;

  private final ReadModel model;
  private final CommandPublisher publisher;
  private final Refusals refusals;
  private final Expectations expectations;

  CommandService(ReadModel model, CommandPublisher publisher, Refusals refusals, Clock clock) {
    this.model = model;
    this.publisher = publisher;
    this.refusals = refusals;
    this.expectations = new Expectations(model, clock);
  }

  CommandPlan command(Request request) {
    CommandRequest asked = request.body(CommandRequest.class);
    checkReason(asked.reason());
    checkGlobs(asked.applications());
    checkGlobs(asked.clusters());
    if (asked.applications().isEmpty()) {
      throw Problem.invalid("'applications' names none: give names, globs, or \"*\" for all");
    }
    asked.check();
    Occurrence occurrence = occurrence(asked);
    Scope selection = new Scope(asked.applications(), asked.clusters());
    Scope own = request.principal().scope();
    String key = key(request);
    PastOrders past = new PastOrders(model.pastGenerations(), key);
    List<Order> orders = past.orders();
    List<String> skipped = past.skipped();
    List<Definition> fitting =
        model
            .applications()
            .defined(selection, own, asked.repository().map(Request::canonical), occurrence);
    for (Definition definition : fitting) {
      String name = definition.application().value();
      Set<ClusterName> clusters =
          definition.clusters().stream()
              .map(ClusterTarget::name)
              .filter(cluster -> selection.includesCluster(cluster.value()))
              .collect(Collectors.toCollection(TreeSet::new));
      if (clusters.isEmpty()) {
        skipped.add(name + ": it goes to none of these clusters");
      } else {
        asked
            .command()
            .ifPresent(
                command ->
                    orders.add(
                        new Order(
                            EventId.of("command", key, name), definition, clusters, command)));
        asked.restoreAt().ifPresent(at -> past.restore(definition, clusters, at));
        asked.resend().ifPresent(resend -> resend(resend, past, definition, clusters, occurrence));
      }
    }
    selection.absent(fitting).forEach(name -> skipped.add(name + ": not in the selection"));
    Optional<KnownSince> unknownBefore =
        model
            .unknownBefore(occurrence)
            .or(
                () ->
                    asked.restoreAt().isEmpty()
                        ? Optional.empty()
                        : model
                            .knownSince(KnownSince.History.RESULTS)
                            .filter(one -> one.isAfter(asked.restoreAt())));
    if (orders.isEmpty()) {
      throw Problem.notFound(
          "no application of the fleet fits the selection"
              + (skipped.isEmpty() ? "" : ": " + String.join("; ", skipped)),
          unknownBefore);
    }
    unknownBefore.map(KnownSince::sentence).ifPresent(skipped::add);
    asked.checkGenerations(orders);
    return give(request.principal(), orders, asked.reason(), asked.dryRun(), skipped);
  }

  /** Checks that an approval is for one plan, which belongs to one application in one cluster. */
  private static void checkApproval(List<Order> orders) {
    if (orders.isEmpty() || !(orders.getFirst().command() instanceof Command.Approve approve)) {
      return;
    }
    if (approve.plan().filter(plan -> DIGEST.matcher(plan).matches()).isEmpty()) {
      throw Problem.invalid(
          "'plan' is the digest of the deletions that were reviewed: 64 hexadecimal digits,"
              + " among the application's 'plans'");
    }
    if (orders.size() != 1 || orders.getFirst().clusters().size() != 1) {
      throw Problem.invalid(
          "an approval names the plan of one application in one cluster: give both");
    }
  }

  private static void resend(
      CommandRequest.Resend resend,
      PastOrders past,
      Definition definition,
      Set<ClusterName> clusters,
      Occurrence occurrence) {
    if (resend.generation().isPresent()) {
      clusters.forEach(
          cluster -> past.resend(definition, cluster, resend.generation().orElseThrow()));
    } else {
      past.resendNewest(definition, clusters, occurrence);
    }
  }

  private static Occurrence occurrence(CommandRequest asked) {
    Span span = new Span(asked.since(), asked.until());
    return new Occurrence(span, asked.offsets().map(CommandService::positions));
  }

  private static Occurrence.Positions positions(String text) {
    Matcher matcher = POSITIONS.matcher(text);
    if (!matcher.matches()) {
      throw Problem.invalid("'offsets' is PARTITION:FROM-TO, such as 3:120-180");
    }
    return new Occurrence.Positions(
        Integer.parseInt(matcher.group(1)),
        Long.parseLong(matcher.group(2)),
        Long.parseLong(matcher.group(3)));
  }

  /** Publishes the commands, unless the caller lacks a right to one of them. */
  CommandPlan give(
      Principal by, List<Order> orders, String reason, boolean dryRun, List<String> skipped) {
    List<Order> forbidden = orders.stream().filter(order -> !may(by, order)).toList();
    if (!forbidden.isEmpty()) {
      String why =
          "%s (%s) may not give this command to %s"
              .formatted(
                  by.name(),
                  by.role().label(),
                  forbidden.stream()
                      .map(order -> order.definition().application().value())
                      .limit(10)
                      .collect(Collectors.joining(", ")));
      if (!dryRun) {
        refusals.record(
            forbidden.getFirst(),
            by,
            reason,
            "%s (%s) may not give this command".formatted(by.name(), by.role().label()));
      }
      throw new Problem(403, "Not allowed", why);
    }
    checkApproval(orders);
    boolean isRepeated = orders.stream().findFirst().filter(this::isRepeatedApproval).isPresent();
    Optional<String> nothingHeld =
        isRepeated ? Optional.empty() : orders.stream().findFirst().flatMap(this::nothingHeld);
    if (nothingHeld.isPresent()) {
      if (!dryRun) {
        refusals.record(orders.getFirst(), by, reason, nothingHeld.get());
      }
      throw new Problem(409, "Nothing to approve", nothingHeld.get());
    }
    if (!dryRun && !isRepeated) {
      Map<EventId, ChangeEvent> given = new LinkedHashMap<>();
      orders.forEach(order -> given.put(order.id(), order.given(by, reason)));
      publisher.publish(given);
    }
    return new CommandPlan(dryRun, orders.stream().map(this::planned).toList(), skipped);
  }

  /**
   * Returns whether the same approval was given before, and not refused. Its answer is that of the
   * first one, since the cluster no longer holds the plan.
   */
  private boolean isRepeatedApproval(Order order) {
    if (!(order.command() instanceof Command.Approve)) {
      return false;
    }
    JsonNode command = Columns.value(Columns.json(order.command()).getBytes(UTF_8), JsonNode.class);
    return model
        .records()
        .commands(
            Scope.ALL,
            Optional.of(order.id().value()),
            Optional.empty(),
            Scope.ALL,
            1,
            Optional.empty())
        .items()
        .stream()
        .anyMatch(before -> before.accepted().orElse(true) && before.command().equals(command));
  }

  /** Returns why an approval is refused: the cluster holds no such plan. */
  private Optional<String> nothingHeld(Order order) {
    if (!(order.command() instanceof Command.Approve approve)) {
      return Optional.empty();
    }
    String application = order.definition().application().value();
    String cluster = order.clusters().iterator().next().value();
    Optional<DeletionPlan> held =
        model.applications().find(application, Scope.ALL).stream()
            .flatMap(detail -> detail.plans().stream())
            .filter(one -> one.cluster().equals(cluster))
            .map(HeldPlan::plan)
            .findFirst();
    if (held.isEmpty()) {
      return Optional.of(
          "no deletions of %s wait for an approval in %s".formatted(application, cluster));
    }
    boolean isPlan =
        held.get().generation().equals(approve.generation())
            && approve.plan().equals(Optional.of(held.get().digest()));
    return isPlan
        ? Optional.empty()
        : Optional.of(
            "the deletions of %s that wait in %s are those of generation %s with the digest %s: look at them"
                .formatted(application, cluster, held.get().generation(), held.get().digest()));
  }

  private CommandPlan.Planned planned(Order order) {
    String application = order.definition().application().value();
    List<String> clusters = order.clusters().stream().map(ClusterName::value).toList();
    return new CommandPlan.Planned(
        order.id().value(),
        Optional.of(application),
        clusters,
        order.command(),
        expectations.of(order),
        false);
  }

  static boolean may(Principal by, Order order) {
    return by.role().includes(Role.requiredFor(order.command()));
  }

  static String key(Request request) {
    return request.principal().name()
        + "/"
        + request.idempotencyKey().orElseGet(() -> UUID.randomUUID().toString());
  }

  static void checkReason(String reason) {
    if (reason == null
        || reason.isBlank()
        || reason.length() > MAX_REASON
        || reason.chars().anyMatch(Character::isISOControl)) {
      throw Problem.invalid(
          "'reason' is 1 to %d characters without control characters: it goes into the audit"
              .formatted(MAX_REASON));
    }
  }

  private static void checkGlobs(List<String> globs) {
    globs.forEach(
        glob -> {
          if (!TokenSetting.GLOB.matcher(glob).matches()) {
            throw Problem.invalid("'applications' and 'clusters' hold names, with * and ?");
          }
        });
  }
}
