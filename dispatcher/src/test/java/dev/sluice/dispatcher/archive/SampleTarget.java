package dev.sluice.dispatcher.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Targets of an application. */
public final class SampleTarget {

  public static final ApplicationName WEB = new ApplicationName("web");
  public static final ClusterName EAST = new ClusterName("east");
  static final ClusterName WEST = new ClusterName("west");

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private SampleTarget() {}

  /** Returns a target with a text file, a binary one and a link; the value is in the text. */
  public static SyncEvent.Target of(ClusterName cluster, long generation, String value) {
    return of(
        cluster,
        generation,
        List.of(
            new InputFile.Text("apps/web/a.yaml", false, "value: " + value + "\n"),
            new InputFile.Binary("apps/web/b.bin", true, new byte[] {0, -1, 'x'}),
            new InputFile.Link("apps/web/c.yaml", "a.yaml")));
  }

  static SyncEvent.Target of(ClusterName cluster, long generation, List<InputFile> files) {
    return new SyncEvent.Target(
        WEB,
        cluster,
        new Generation(generation),
        new ApplicationSpec("web", Policy.DEFAULT),
        List.of(
            new SourceInputs(
                new RepositoryId("git.example/acme/shop"),
                GitRef.branch("main"),
                new CommitId("1".repeat(40)),
                "apps/web",
                SourceType.KUSTOMIZE,
                Optional.of("shop"),
                RenderOptions.DEFAULT,
                files,
                Optional.of(
                    List.of(
                        new BaseCommit(
                            new RepositoryId("git.example/acme/bases"),
                            "v1.2",
                            new CommitId("2".repeat(40))))),
                Optional.empty())),
        true,
        "v1:abc",
        new Provenance(
            List.of(EventId.of("github", "72d3162e", 0)), Optional.of("octo"), NOON, NOON, "b1", 3),
        Optional.of(
            new Approval(
                "0".repeat(64),
                new Generation(generation),
                Optional.of(new CommitId("1".repeat(40))),
                "cat")));
  }

  static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
