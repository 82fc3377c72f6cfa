package dev.sluice.worker.render;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.manifest.KnownFields;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.ManifestReader;
import dev.sluice.worker.manifest.NamespaceManifest;
import dev.sluice.worker.manifest.Normaliser;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.manifest.ReadManifest;
import dev.sluice.worker.manifest.Scopes;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.plan.GeneratedField;
import dev.sluice.worker.sandbox.RenderException;
import java.util.ArrayList;
import java.util.List;

/** Renders a target to the objects that it desires: rendered, parsed and normalised. */
public final class TargetRenderer {

  private final Renderers renderers;
  private final String installation;

  /**
   * Creates a renderer for one installation.
   *
   * @param installation id of the owner of the objects
   */
  public TargetRenderer(Renderers renderers, String installation) {
    this.renderers = renderers;
    this.installation = installation;
  }

  /**
   * Returns the objects that the application should have; at least one.
   *
   * @param scopes of the kinds that the cluster serves
   * @param fields of the kinds that the cluster serves
   * @param cluster provides the facts for charts
   * @throws RenderException if a source cannot be rendered, or not now
   * @throws ManifestException if the output cannot be applied, or is empty
   */
  public Desired read(
      SyncEvent.Target target, Scopes scopes, KnownFields fields, ClusterFacts.Source cluster)
      throws RenderException, ManifestException, InterruptedException {
    RenderResult rendered = renderers.render(target, cluster);
    List<PartRead> parts = new ArrayList<>();
    List<Manifest> normalised = read(target, rendered.parts(), scopes, parts);
    for (PartRead part : parts) {
      part.requireKnown(fields);
    }
    List<GeneratedField> generated =
        rendered.again().isEmpty()
            ? List.of()
            : GeneratedField.between(
                normalised, read(target, rendered.again(), scopes, new ArrayList<>()));
    return new Desired(normalised, rendered.renderer(), generated);
  }

  private List<Manifest> read(
      SyncEvent.Target target,
      List<RenderResult.Part> rendered,
      Scopes scopes,
      List<PartRead> parts)
      throws ManifestException, InterruptedException {
    List<Manifest> manifests = new ArrayList<>();
    Allowance allowance = Allowance.ofApplication();
    for (RenderResult.Part part : rendered) {
      List<ReadManifest> applied = ManifestReader.readPlaces(part.text(), part.source(), allowance);
      parts.add(new PartRead(part, applied));
      applied.forEach(read -> manifests.add(read.manifest()));
      ManifestReader.limit(manifests.size(), part.source());
    }
    if (manifests.isEmpty()) {
      throw ManifestException.empty(target.sources().getFirst().path());
    }
    manifests.addAll(NamespaceManifest.of(target.spec(), manifests).stream().toList());
    Normaliser normaliser =
        new Normaliser(
            new Ownership(installation, target.application()), target.spec().namespace(), scopes);
    return normaliser.normalise(manifests);
  }

  /** The objects of a part that are to be applied. */
  private record PartRead(RenderResult.Part part, List<ReadManifest> manifests) {

    void requireKnown(KnownFields fields) throws ManifestException, InterruptedException {
      for (ReadManifest manifest : manifests) {
        manifest.requireKnown(fields, part.text(), part.source());
      }
    }
  }
}
