package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.fleet.GeneratedValues;
import dev.sluice.contract.fleet.HealthCheck;
import dev.sluice.contract.fleet.IgnoredDifference;
import dev.sluice.contract.fleet.ObjectSharing;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reader of {@code Application} documents. */
final class ApplicationDocument {

  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,6}h)?(\\d{1,6}m)?(\\d{1,6}s)?");

  private static final Pattern CHART_REPOSITORY =
      Pattern.compile("(https?|oci)://[^\\s/@?#]+(/[^\\s@?#]*)?");

  private final Map<String, FleetRepository> repositories;
  private final Map<ClusterName, ClusterTarget> clusters;

  ApplicationDocument(
      Map<String, FleetRepository> repositories, Map<ClusterName, ClusterTarget> clusters) {
    this.repositories = repositories;
    this.clusters = clusters;
  }

  /** Returns the definition; empty if the document has problems. */
  Optional<Definition> read(ApplicationName name, FleetDocument document, Fields spec) {
    List<SourceSpec> sources = new SourceDocument(repositories).read(spec);
    List<ClusterTarget> targets = targets(spec.requiredFields("clusters"));
    requireFilled(spec, sources, targets);
    Optional<String> namespace = spec.required("namespace", ApplicationDocument::namespace);
    Optional<Fields> policies = spec.fields("policy");
    RemotePolicy remote =
        policies
            .flatMap(fields -> fields.fields("remote"))
            .map(this::remote)
            .orElse(RemotePolicy.NONE);
    Policy policy = policies.map(ApplicationDocument::policy).orElse(Policy.DEFAULT);
    boolean orphan = spec.text("onRemoval", ApplicationDocument::orphans).orElse(false);
    spec.refuseUnknown();
    if (!document.isValid()) {
      return Optional.empty();
    }
    return Optional.of(
        new Definition(
                name,
                sources,
                targets,
                new ApplicationSpec(namespace.orElseThrow(), policy),
                orphan)
            .withRemote(remote));
  }

  /** Reports the clusters that lack a label which a placeholder uses. */
  private static void requireFilled(
      Fields spec, List<SourceSpec> sources, List<ClusterTarget> clusters) {
    for (ClusterTarget cluster : clusters) {
      for (SourceSpec source : sources) {
        try {
          source.in(cluster);
        } catch (IllegalArgumentException e) {
          spec.problem("sources", String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private List<ClusterTarget> targets(Fields fields) {
    boolean byName = fields.has("names");
    boolean bySelector = fields.has("selector");
    List<ClusterTarget> targets = List.of();
    if (byName == bySelector) {
      fields.problem("", "exactly one of names and selector is required");
    } else if (byName) {
      targets = fields.texts("names", this::cluster).stream().distinct().toList();
      if (targets.isEmpty()) {
        fields.problem("names", "must name at least one cluster");
      }
    } else {
      Fields selector = fields.requiredFields("selector");
      if (!selector.has("matchLabels")) {
        selector.problem("matchLabels", "is required; {} selects every cluster");
      }
      Map<String, String> labels = selector.labels("matchLabels");
      selector.refuseUnknown();
      targets =
          clusters.values().stream()
              .filter(cluster -> cluster.labels().entrySet().containsAll(labels.entrySet()))
              .toList();
      if (targets.isEmpty()) {
        fields.problem(
            "selector", "selects no cluster; to take the application out, remove its document");
      }
    }
    fields.refuseUnknown();
    return targets;
  }

  private ClusterTarget cluster(String name) {
    return known("Cluster", clusters.get(new ClusterName(name)), name);
  }

  private static Policy policy(Fields fields) {
    boolean prune = fields.bool("prune", Policy.DEFAULT.prune());
    int limit = fields.integer("pruneLimitPercent", Policy.DEFAULT.pruneLimitPercent());
    if (limit < 0 || limit > 100) {
      fields.problem("pruneLimitPercent", "is between 0 and 100, not " + limit);
      limit = Policy.DEFAULT.pruneLimitPercent();
    }
    boolean force = fields.bool("force", Policy.DEFAULT.force());
    Duration timeout =
        fields.text("timeout", ApplicationDocument::timeout).orElse(Policy.DEFAULT.timeout());
    boolean plugins = fields.bool("plugins", false);
    Optional<GeneratedValues> generated =
        fields.text("generatedValues", ApplicationDocument::generated);
    boolean heals = fields.bool("selfHeal", true);
    Optional<Duration> healthTimeout = fields.text("healthTimeout", ApplicationDocument::timeout);
    List<IgnoredDifference> ignored = IgnoredDifferences.read(fields);
    Optional<ObjectSharing> shared = fields.text("sharedObjects", ApplicationDocument::sharing);
    List<HealthCheck> checks = HealthChecks.read(fields);
    Optional<Adoption> adopt = fields.text("adopt", ApplicationDocument::adoption);
    fields.refuseUnknown();
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
        adopt);
  }

  private RemotePolicy remote(Fields fields) {
    List<RemotePolicy.Base> bases = fields.texts("bases", this::base);
    List<RemotePolicy.Charts> charts =
        fields.list("charts").stream()
            .map(ApplicationDocument::charts)
            .flatMap(Optional::stream)
            .toList();
    fields.refuseUnknown();
    return new RemotePolicy(bases, charts);
  }

  private RemotePolicy.Base base(String name) {
    FleetRepository repository = known("Repository", repositories.get(name), name);
    return new RemotePolicy.Base(
        repository.id(),
        repository.url(),
        repository.credentials(),
        repository.ssh(),
        repository.forge());
  }

  private static Optional<RemotePolicy.Charts> charts(Fields fields) {
    Optional<String> url = fields.required("url", ApplicationDocument::chartRepository);
    Optional<SecretReference> credentials = fields.text("credentials", SecretReference::new);
    fields.refuseUnknown();
    return url.map(text -> new RemotePolicy.Charts(text, credentials));
  }

  private static String chartRepository(String text) {
    if (!CHART_REPOSITORY.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "must be https://HOST/PATH, http://HOST/PATH or oci://HOST/PATH, without credentials");
    }
    return text.replaceFirst("/+$", "");
  }

  private static Duration timeout(String text) {
    Optional<Duration> duration = Optional.empty();
    if (!text.isEmpty() && DURATION.matcher(text).matches()) {
      try {
        duration = Optional.of(Duration.parse("PT" + text.toUpperCase(Locale.ROOT)));
      } catch (DateTimeParseException e) {
        duration = Optional.empty();
      }
    }
    Duration timeout =
        duration.orElseThrow(
            () -> new IllegalArgumentException("must be a duration such as 90s, 5m or 1h30m"));
    return new Policy(true, 0, true, timeout).timeout();
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

  private static boolean orphans(String text) {
    return switch (text) {
      case "prune" -> false;
      case "orphan" -> true;
      default -> throw new IllegalArgumentException("must be prune or orphan, not " + text);
    };
  }

  private static String namespace(String text) {
    if (!NAMESPACE.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "must be a DNS label: lower-case letters, digits and '-', at most 63");
    }
    return text;
  }

  private static <T> T known(String kind, @Nullable T found, String name) {
    if (found == null) {
      throw new IllegalArgumentException(
          "there is no valid %s named '%s' in the fleet".formatted(kind, name));
    }
    return found;
  }
}
