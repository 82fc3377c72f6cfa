package dev.sluice.benchmarks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.verify.Findings;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Applies bundles of manifests, one after the other, and checks each: {@code sluice verify} and
 * {@code sluice diff} find nothing, a commit that changes only comments writes nothing, and writing
 * everything again changes no object.
 */
final class BundleCheck {

  private static final Setting<List<Path>> DIRECTORY =
      Setting.list(
          "directory", "DIR", "directory of bundles, each of which is a directory", Path::of);
  private static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path("kubeconfig", "kubeconfig of a real cluster (default: a simulated one)")
          .optional();
  private static final Setting<Optional<String>> ONLY =
      Setting.text("only", "REGEX", "names of the bundles to check (default: all)").optional();

  private final BundleRig rig;
  private final List<String> faults = new ArrayList<>();

  private BundleCheck(BundleRig rig) {
    this.rig = rig;
  }

  static Command command() {
    return new Command(
        "bundles",
        "Applies bundles of manifests to a cluster, one after the other, and removes them again."
            + " Fails if one is not applied, if verify or diff finds something, or if a second"
            + " apply changes an object.",
        List.of(DIRECTORY, KUBECONFIG, ONLY),
        BundleCheck::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path log = Files.createTempFile("sluice-benchmark", ".log");
    Logging.toFile(log);
    System.out.println("log: " + log);
    int faulty = 0;
    int checked = 0;
    try (BundleRig rig =
        BundleRig.start(Files.createTempDirectory("sluice-benchmark"), values.get(KUBECONFIG))) {
      for (Path directory : values.get(DIRECTORY)) {
        for (Path bundle : bundles(directory.toRealPath(), values.get(ONLY).orElse(".*"))) {
          BundleCheck check = new BundleCheck(rig);
          checked++;
          System.out.println(check.line(bundle));
          check.faults.forEach(fault -> System.out.println("  " + fault));
          faulty += check.faults.isEmpty() ? 0 : 1;
        }
      }
    }
    System.out.printf("%d bundles, %d with faults%n", checked, faulty);
    return faulty == 0 ? 0 : 1;
  }

  private static List<Path> bundles(Path directory, String only) throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> Files.isDirectory(file) && name(file).matches(only))
          .sorted()
          .toList();
    }
  }

  private static String name(Path bundle) {
    return String.valueOf(bundle.getFileName());
  }

  /** Checks a bundle; returns its line of the report. */
  private String line(Path bundle) {
    String name = name(bundle);
    long start = System.nanoTime();
    int objects = 0;
    try {
      rig.add(name, bundle);
      try {
        objects = check(name);
      } finally {
        rig.remove(name);
      }
    } catch (Exception e) {
      faults.add(String.valueOf(e.getMessage()));
    }
    return "%-40s %4d objects %5.1f s  %s"
        .formatted(
            name,
            objects,
            Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0,
            faults.isEmpty() ? "same" : "%d faults".formatted(faults.size()));
  }

  private int check(String name) throws Exception {
    ResultEvent.OfTarget result = rig.await(name);
    if (!(result instanceof ResultEvent.Applied applied)) {
      faults.add("not applied: " + BundleRig.described(result));
      return 0;
    }
    Findings findings = rig.verify();
    findings.violations().forEach(violation -> faults.add("verify: " + violation));
    findings.incomparable().forEach(incomparable -> faults.add("verify: " + incomparable));
    rig.diff(name).forEach(line -> faults.add("diff: " + line));

    rig.comment(name);
    ResultEvent.OfTarget second = rig.await(name);
    if (!(second instanceof ResultEvent.Unchanged)) {
      faults.add("second apply: " + BundleRig.described(second));
    }
    Map<ObjectRef, ObjectNode> before = contents(applied);
    rig.resync(name);
    ResultEvent.OfTarget again = rig.await(name);
    if (!(again instanceof ResultEvent.Applied)) {
      faults.add("resync: " + BundleRig.described(again));
    }
    Map<ObjectRef, ObjectNode> after = contents(applied);
    before.forEach(
        (ref, content) -> {
          if (!content.equals(after.get(ref))) {
            faults.add("resync changed " + ref);
          }
        });
    return applied.objects();
  }

  /** Returns the objects without what each write changes, and without their status. */
  private Map<ObjectRef, ObjectNode> contents(ResultEvent.Applied applied)
      throws InterruptedException {
    Discovery discovery = new Discovery(new ClusterApi(rig.cluster(), Duration.ofSeconds(30)));
    Map<ObjectRef, ObjectNode> contents = new TreeMap<>();
    for (ObjectChange change : applied.changes()) {
      Optional<ObjectNode> live = discovery.read(change.object());
      if (live.isPresent()) {
        ObjectNode content = live.get();
        content.remove("status");
        content.withObject("/metadata").retain("uid", "labels", "finalizers", "ownerReferences");
        contents.put(change.object(), content);
      }
    }
    return contents;
  }
}
