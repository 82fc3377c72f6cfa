package dev.sluice.standalone.verify;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.cli.ScratchDirectory;
import dev.sluice.standalone.cli.Visible;
import dev.sluice.standalone.process.ClusterAccess;
import dev.sluice.standalone.proof.LogProof;
import dev.sluice.standalone.proof.ProofReport;
import dev.sluice.standalone.proof.VerificationKey;
import dev.sluice.worker.WorkerConfig;
import dev.sluice.worker.render.RenderConfig;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code sluice verify}: checks whether the guarantees hold. */
public final class VerifyCommand {

  private static final Setting<List<ClusterName>> CLUSTERS =
      Setting.list("cluster", "NAME", "a cluster to check", ClusterName::new);

  private static final Setting<Boolean> LOG =
      Setting.flag(
          "log",
          "checks instead that no record of the topics was altered, removed, inserted or moved: by"
              + " the chains of the records and the signed checkpoints");

  private static final Setting<List<VerificationKey>> KEYS =
      Setting.list(
          "verify-key",
          "name=N,public=REF",
          "with --log, a public Ed25519 key of checkpoints (PEM) by reference (env:NAME,"
              + " file:PATH), with the name that it had in --checkpoint-key",
          VerificationKey::parse);

  private VerifyCommand() {}

  public static Command command() {
    List<Setting<?>> settings = new ArrayList<>(KafkaSettings.ALL);
    settings.addAll(
        List.of(CLUSTERS, LOG, KEYS, WorkerConfig.INSTALLATION, WorkerConfig.SYSTEM_NAMESPACE));
    settings.addAll(RenderConfig.SETTINGS);
    settings.addAll(ClusterAccess.SETTINGS);
    settings.addAll(Logging.SETTINGS);
    return new Command(
        "verify",
        "Checks the guarantees in topics, ledgers, live objects and Git (docs/operations.md)."
            + " Run it when nothing is being synced. Exits with 1 if a guarantee does not hold, and"
            + " with 6 if no violation was found but something could not be compared.",
        settings,
        VerifyCommand::run);
  }

  private static int run(SettingValues values) throws Exception {
    Logging.configure(values);
    checkCombination(values);
    if (values.get(LOG)) {
      return checkLog(values);
    }
    ClusterAccess access = ClusterAccess.from(values);
    try (Lifetime parts = new Lifetime()) {
      Path scratch = parts.add(ScratchDirectory.create("sluice-verify")).path();
      Map<ClusterName, KubernetesClient> clusters = new LinkedHashMap<>();
      for (ClusterName cluster : values.get(CLUSTERS)) {
        clusters.put(cluster, parts.add(access.connect(cluster)));
      }
      Findings findings =
          new Checker(
                  KafkaSettings.connection(values),
                  clusters,
                  new Checker.Installation(
                      values.get(WorkerConfig.INSTALLATION),
                      values.get(WorkerConfig.SYSTEM_NAMESPACE),
                      scratch,
                      RenderConfig.from(values)))
              .check();
      findings.violations().forEach(violation -> print(violation.toString()));
      findings.incomparable().forEach(incomparable -> print(incomparable.toString()));
      System.out.println(findings.summary());
      if (!findings.violations().isEmpty()) {
        return 1;
      }
      return findings.incomparable().isEmpty() ? 0 : ExitException.INCOMPARABLE;
    }
  }

  /** Refuses settings that the chosen check does not use. */
  private static void checkCombination(SettingValues values) {
    boolean ofLog = values.get(LOG);
    Setting<?> unused = ofLog ? CLUSTERS : KEYS;
    if (!(ofLog ? values.get(CLUSTERS) : values.get(KEYS)).isEmpty()) {
      throw new ConfigurationException(
          List.of(
              new ConfigurationException.Problem(
                  unused.option(),
                  ofLog
                      ? "--log checks the topics of all clusters: leave it out"
                      : "it is for the check of the log: give --log, too")));
    }
  }

  private static int checkLog(SettingValues values) {
    ProofReport report =
        new LogProof(
                KafkaSettings.connection(values),
                VerificationKey.resolve(values.get(KEYS)),
                Clock.systemUTC())
            .check();
    report.findings().forEach(finding -> print(finding.toString()));
    report.summary().forEach(VerifyCommand::print);
    if (!report.findings().isEmpty()) {
      return 1;
    }
    return report.isComplete() ? 0 : ExitException.INCOMPARABLE;
  }

  private static void print(String line) {
    System.out.println(Visible.line(line));
  }
}
