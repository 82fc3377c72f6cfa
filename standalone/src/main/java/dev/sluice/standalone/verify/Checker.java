package dev.sluice.standalone.verify;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.standalone.verify.LogEvidence.Lane;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.ledger.Keyring;
import dev.sluice.worker.ledger.LedgerKeySecret;
import dev.sluice.worker.ledger.LedgerNames;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.Renderers;
import dev.sluice.worker.render.TargetRenderer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks whether the guarantees hold, from the topics, the ledgers, the live objects and Git. Run
 * it when nothing is being synced: unfinished work counts as not done.
 */
public final class Checker {

  private static final Duration API_TIMEOUT = Duration.ofSeconds(30);

  private final KafkaConnection kafka;
  private final Map<ClusterName, KubernetesClient> clusters;
  private final Installation installation;

  /**
   * Configuration of the workers.
   *
   * @param id the installation's id
   * @param systemNamespace namespace of the ledgers
   * @param scratch a directory for Git mirrors
   * @param rendering the workers' settings of rendering
   */
  public record Installation(
      String id, String systemNamespace, Path scratch, RenderConfig rendering) {}

  public Checker(
      KafkaConnection kafka,
      Map<ClusterName, KubernetesClient> clusters,
      Installation installation) {
    this.kafka = kafka;
    this.clusters = Map.copyOf(clusters);
    this.installation = installation;
  }

  /** Returns what does not hold and what could not be compared; nothing if the guarantees hold. */
  public Findings check() throws InterruptedException {
    LogEvidence log = LogEvidence.read(kafka, clusters.keySet());
    List<Violation> violations = new ArrayList<>(LogRules.check(log));
    Findings ofGit = new GitRules(installation.scratch()).check(log);
    violations.addAll(ofGit.violations());
    List<Findings.Incomparable> incomparable = new ArrayList<>(ofGit.incomparable());
    Set<Lane> parked = log.parked();
    TargetRenderer targets =
        new TargetRenderer(Renderers.onThisMachine(installation.rendering()), installation.id());
    for (Map.Entry<ClusterName, KubernetesClient> cluster : clusters.entrySet()) {
      Findings found = check(cluster.getKey(), cluster.getValue(), log, parked, targets);
      violations.addAll(found.violations());
      incomparable.addAll(found.incomparable());
    }
    return new Findings(violations, incomparable);
  }

  private Findings check(
      ClusterName name,
      KubernetesClient client,
      LogEvidence log,
      Set<Lane> parked,
      TargetRenderer targets)
      throws InterruptedException {
    ClusterApi api = new ClusterApi(client, API_TIMEOUT);
    Set<ApplicationName> parkedHere = new HashSet<>();
    parked.forEach(
        lane -> {
          if (lane.cluster().equals(name)) {
            parkedHere.add(lane.application());
          }
        });
    return new ClusterRules(name, installation.id(), api, targets)
        .check(here(name, log.desired()), parkedHere, here(name, log.shown()), ledgers(api));
  }

  /** Returns the part of a map that is about one cluster. */
  private static <V> Map<ApplicationName, V> here(ClusterName cluster, Map<Lane, V> all) {
    Map<ApplicationName, V> here = new HashMap<>();
    all.forEach(
        (lane, value) -> {
          if (lane.cluster().equals(cluster)) {
            here.put(lane.application(), value);
          }
        });
    return here;
  }

  private LedgerStore ledgers(ClusterApi api) throws InterruptedException {
    LedgerNames names = new LedgerNames(installation.systemNamespace(), installation.id());
    Keyring keys =
        new LedgerKeySecret(api, names)
            .read()
            .orElseGet(() -> Keyring.unusable("it does not exist"));
    return new LedgerStore(api, names, keys);
  }
}
