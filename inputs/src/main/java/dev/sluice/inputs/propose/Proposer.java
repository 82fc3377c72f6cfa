package dev.sluice.inputs.propose;

import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Proposes applications for the files of a commit: kustomizations that no other one includes, Helm
 * charts that no other chart has, and directories of manifests that belong to neither. Pure; the
 * same commit always leads to the same proposals. Whether an application's inputs can be rendered
 * is for {@code DefinitionResolver} to say.
 */
public final class Proposer {

  private static final int MAX_APPLICATIONS = 500;

  private final Request request;
  private final RepositoryScan scan;
  private final KustomizationScan kustomizations;
  private final ChartScan charts;
  private final PlainScan plain;
  private final ProposalNames names;
  private final List<LeftOut> leftOut = new ArrayList<>();
  private final Map<String, Draft> drafts = new TreeMap<>();

  /**
   * The part of a repository, and the cluster, that applications are proposed for.
   *
   * @param under the directory to search; empty for all
   * @param repository the name for what is at the repository's root
   * @param cluster the cluster's name: of several variants, the one with this name is proposed
   */
  public record Request(String under, String repository, String cluster) {}

  /** A proposal without a name. */
  private record Draft(
      SourceType type,
      PlainOptions options,
      Optional<String> namespace,
      String reason,
      List<String> notes) {}

  private Proposer(SourceTree tree, Request request) {
    this.request = request;
    Texts texts = new Texts(tree);
    this.scan = RepositoryScan.of(tree, request.under());
    this.kustomizations = KustomizationScan.of(tree, texts, scan);
    this.charts = ChartScan.of(texts, scan);
    this.plain = PlainScan.of(texts, scan, kustomizations, charts);
    this.names = new ProposalNames(request.repository());
  }

  /**
   * Proposes applications.
   *
   * @throws ProposalException if there is no such directory, or more to read than the limits allow
   */
  public static Proposals propose(SourceTree tree, Request request) {
    if (tree.entry(request.under())
        .filter(entry -> entry.kind() == TreeEntry.Kind.DIRECTORY)
        .isEmpty()) {
      throw new ProposalException(
          "the repository has no directory '%s': correct --path".formatted(request.under()));
    }
    return new Proposer(tree, request).proposals();
  }

  /** Returns a valid name for a text, such as the last part of a repository's URL. */
  public static String name(String text) {
    return ProposalNames.valid(text);
  }

  private Proposals proposals() {
    leftOut.addAll(scan.leftOut());
    leftOut.addAll(kustomizations.leftOut());
    leftOut.addAll(plain.leftOut());
    proposeKustomizations();
    proposeCharts();
    for (PlainScan.Group group : plain.groups()) {
      drafts.put(
          group.path(),
          new Draft(
              SourceType.PLAIN,
              group.options(),
              group.namespaces().size() == 1
                  ? group.namespaces().stream().findFirst()
                  : Optional.empty(),
              group.files() == 1 ? "1 file of manifests" : group.files() + " files of manifests",
              List.of()));
    }
    if (drafts.size() > MAX_APPLICATIONS) {
      throw new ProposalException(
          "the repository has more than %d applications: name a directory of it with --path"
              .formatted(MAX_APPLICATIONS));
    }
    List<Proposal> applications = new ArrayList<>();
    drafts.forEach((path, draft) -> applications.add(named(path, draft)));
    leftOut.sort(Comparator.comparing(LeftOut::path));
    return new Proposals(applications, leftOut, plain.declared());
  }

  private void proposeKustomizations() {
    for (String directory : kustomizations.directories()) {
      Optional<String> objection =
          charts
              .above(directory)
              .map(chart -> "part of the chart in " + RepositoryScan.shown(chart))
              .or(() -> kustomizations.objection(directory));
      if (objection.isEmpty()) {
        drafts.put(
            directory,
            new Draft(
                SourceType.KUSTOMIZE,
                PlainOptions.DEFAULT,
                kustomizations.namespace(directory),
                "a kustomization that no other includes",
                List.of()));
      } else if (kustomizations.leftOut().stream().noneMatch(one -> one.path().equals(directory))) {
        leftOut.add(new LeftOut(directory, objection.get()));
      }
    }
    new Variants(kustomizations, request.cluster())
        .choose(Set.copyOf(drafts.keySet()))
        .forEach(this::apply);
  }

  private void apply(String directory, Variants.Choice choice) {
    Draft draft = drafts.get(directory);
    switch (choice) {
      case Variants.Choice.Other(String reason) -> {
        drafts.remove(directory);
        leftOut.add(new LeftOut(directory, reason));
      }
      case Variants.Choice.Unsure(String note) ->
          drafts.put(
              directory,
              new Draft(
                  draft.type(), draft.options(), draft.namespace(), draft.reason(), List.of(note)));
    }
  }

  private void proposeCharts() {
    for (String directory : charts.directories()) {
      if (kustomizations.isAt(directory)) {
        continue; // renders the chart itself
      }
      Optional<String> objection =
          kustomizations
              .user(directory)
              .map(
                  user ->
                      "the kustomization in %s renders it".formatted(RepositoryScan.shown(user)))
              .or(() -> charts.objection(directory));
      if (objection.isPresent()) {
        leftOut.add(new LeftOut(directory, objection.get()));
      } else {
        drafts.put(
            directory,
            new Draft(
                SourceType.HELM,
                PlainOptions.DEFAULT,
                Optional.empty(),
                "a chart that no other has",
                List.of()));
      }
    }
  }

  private Proposal named(String path, Draft draft) {
    ApplicationName name = names.next(path);
    List<String> notes = new ArrayList<>(draft.notes());
    Optional<String> namespace =
        draft.namespace().flatMap(ApplicationName::parse).map(ApplicationName::value);
    if (draft.namespace().isPresent() && namespace.isEmpty()) {
      notes.add("its files name a namespace that is not valid");
    }
    return new Proposal(
        name,
        path,
        draft.type(),
        draft.options(),
        namespace.orElse(name.value()),
        draft.reason(),
        notes);
  }
}
