package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.GeneratedValues;
import dev.sluice.contract.fleet.HealthCheck;
import dev.sluice.contract.fleet.IgnoredDifference;
import dev.sluice.contract.fleet.NamespaceCreation;
import dev.sluice.contract.fleet.ObjectSharing;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.Propagation;
import dev.sluice.contract.fleet.WriteProtection;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.contract.window.SendingRules;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reader of the policy in {@code Application} documents. */
final class PolicyDocument {

  private static final Pattern DURATION = Pattern.compile("(\\d{1,6}h)?(\\d{1,6}m)?(\\d{1,6}s)?");

  private PolicyDocument() {}

  /**
   * Returns the policy. The caller refuses unknown fields.
   *
   * @param namespace of the application
   */
  static Policy read(Fields fields, String namespace) {
    boolean prune = fields.bool("prune", Policy.DEFAULT.prune());
    int limit = fields.integer("pruneLimitPercent", Policy.DEFAULT.pruneLimitPercent());
    if (limit < 0 || limit > 100) {
      fields.problem("pruneLimitPercent", "is between 0 and 100, not " + limit);
      limit = Policy.DEFAULT.pruneLimitPercent();
    }
    boolean force = fields.bool("force", Policy.DEFAULT.force());
    Duration timeout =
        fields.text("timeout", PolicyDocument::timeout).orElse(Policy.DEFAULT.timeout());
    boolean plugins = fields.bool("plugins", false);
    Optional<GeneratedValues> generated = fields.text("generatedValues", PolicyDocument::generated);
    boolean heals = fields.bool("selfHeal", true);
    Optional<Duration> healthTimeout = fields.text("healthTimeout", PolicyDocument::timeout);
    List<IgnoredDifference> ignored = IgnoredDifferences.read(fields);
    Optional<ObjectSharing> shared = fields.text("sharedObjects", PolicyDocument::sharing);
    List<HealthCheck> checks = HealthChecks.read(fields);
    Optional<Adoption> adopt = fields.text("adopt", PolicyDocument::adoption);
    Optional<ServiceAccountName> account = serviceAccount(fields, namespace);
    Optional<NamespaceCreation> creation = namespaceCreation(fields);
    Optional<Propagation> propagation = fields.text("propagationPolicy", Propagation::parse);
    boolean replaces = fields.bool("replace", false);
    Optional<WriteProtection> protect = WriteProtections.read(fields);
    return new Policy(
        prune,
        limit,
        force,
        timeout,
        Optional.of(plugins),
        generated,
        Optional.of(heals),
        healthTimeout,
        Optional.of(ignored),
        shared,
        Optional.of(checks),
        adopt,
        account,
        creation,
        propagation,
        protect,
        Optional.of(replaces));
  }

  /** Returns the rules about when something new is sent. */
  static SendingRules sending(
      Fields fields, ApplicationName application, List<ClusterTarget> clusters) {
    boolean manual = fields.text("sync", PolicyDocument::isManual).orElse(false);
    return new SendingRules(
        Optional.of(manual),
        Optional.of(WindowDocuments.ofApplication(fields, application, clusters)));
  }

  private static boolean isManual(String text) {
    return switch (text) {
      case "automatic" -> false;
      case "manual" -> true;
      default -> throw new IllegalArgumentException("must be automatic or manual, not " + text);
    };
  }

  /** Returns how the namespace is created; empty if it is not. */
  private static Optional<NamespaceCreation> namespaceCreation(Fields fields) {
    boolean creates = fields.bool("createNamespace", false);
    Optional<Fields> metadata = fields.fields("namespaceMetadata");
    if (metadata.isPresent() && !creates) {
      fields.problem(
          FleetRule.CONFLICTING_FIELDS, "namespaceMetadata", "needs createNamespace: true");
    }
    Map<String, String> labels = metadata.map(given -> given.labels("labels")).orElse(Map.of());
    Map<String, String> annotations =
        metadata.map(given -> given.labels("annotations")).orElse(Map.of());
    metadata.ifPresent(Fields::refuseUnknown);
    return creates ? Optional.of(new NamespaceCreation(labels, annotations)) : Optional.empty();
  }

  /**
   * Returns the account that is impersonated. A name alone is in the application's namespace; a
   * field without a value is refused, since it would mean the worker's own permissions.
   */
  private static Optional<ServiceAccountName> serviceAccount(Fields fields, String namespace) {
    if (fields.isNull("serviceAccount")) {
      fields.problem(
          FleetRule.WRONG_TYPE,
          "serviceAccount",
          "is empty: name a service account, or leave the field out");
    }
    return fields.text(
        "serviceAccount",
        text ->
            text.contains("/")
                ? ServiceAccountName.parse(text)
                : new ServiceAccountName(namespace, text));
  }

  private static Duration timeout(String text) {
    return new Policy(true, 0, true, duration(text)).timeout();
  }

  /** Parses a duration such as {@code 1h30m}. */
  static Duration duration(String text) {
    Optional<Duration> duration = Optional.empty();
    if (!text.isEmpty() && DURATION.matcher(text).matches()) {
      try {
        duration = Optional.of(Duration.parse("PT" + text.toUpperCase(Locale.ROOT)));
      } catch (DateTimeParseException e) {
        duration = Optional.empty();
      }
    }
    return duration.orElseThrow(
        () -> new IllegalArgumentException("must be a duration such as 90s, 5m or 1h30m"));
  }

  private static GeneratedValues generated(String text) {
    return switch (text) {
      case "keep-live" -> GeneratedValues.KEEP_LIVE;
      case "fail" -> GeneratedValues.FAIL;
      case "allow" -> GeneratedValues.ALLOW;
      default ->
          throw new IllegalArgumentException("must be keep-live, fail or allow, not " + text);
    };
  }

  private static ObjectSharing sharing(String text) {
    return switch (text) {
      case "none" -> ObjectSharing.NONE;
      case "namespaces" -> ObjectSharing.NAMESPACES;
      case "all" -> ObjectSharing.ALL;
      default -> throw new IllegalArgumentException("must be none, namespaces or all, not " + text);
    };
  }

  private static Adoption adoption(String text) {
    return switch (text) {
      case "never" -> Adoption.NEVER;
      case "unowned" -> Adoption.UNOWNED;
      case "force" -> Adoption.FORCE;
      default -> throw new IllegalArgumentException("must be never, unowned or force, not " + text);
    };
  }
}
