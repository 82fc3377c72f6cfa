package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.platform.process.FatalErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The applications that a FleetInclude brings into a fleet. Problems of its documents concern these
 * applications only.
 */
final class IncludedFleet {

  private static final Logger log = LoggerFactory.getLogger(IncludedFleet.class);

  private static final int MOST_PROBLEMS = 50;

  private final IncludeDocument include;
  private final ApplicationSets sets;
  private final List<FleetProblem> problems = new ArrayList<>();
  private final List<String> unread = new ArrayList<>();
  private final List<FleetDocument> documents = new ArrayList<>();
  private final Map<ApplicationName, Candidate> candidates = new TreeMap<>();
  private final Set<ApplicationName> invalid = new TreeSet<>();
  private List<GeneratedDocument> generated = List.of();
  private Optional<CommitId> commit = Optional.empty();
  private Optional<String> broken = Optional.empty();
  private boolean kept;
  private boolean pending;

  /**
   * The fleet's own documents.
   *
   * @param taken by the name of an application that they define, by what
   */
  record Surroundings(
      Map<String, FleetRepository> repositories,
      Map<ClusterName, ClusterTarget> clusters,
      ProjectDocuments projects,
      Map<ApplicationName, String> taken) {}

  /** An application; without a definition if its document has problems. */
  private record Candidate(FleetDocument document, Optional<Definition> definition) {}

  private IncludedFleet(IncludeDocument include, GeneratorTrees trees) {
    this.include = include;
    this.sets = ApplicationSets.of(include, trees);
  }

  /** Reads the documents of an include. Does not throw for their content. */
  static IncludedFleet read(
      IncludeDocument include, GeneratorTrees trees, Surroundings surroundings) {
    IncludedFleet fleet = new IncludedFleet(include, trees);
    try {
      fleet.read(trees.of(include.source()), surroundings);
    } catch (RuntimeException | StackOverflowError e) {
      FatalErrors.check(e);
      fleet.fail(e);
    }
    return fleet;
  }

  private void read(GeneratorTrees.Answer answer, Surroundings surroundings) {
    switch (answer) {
      case GeneratorTrees.Answer.At at -> {
        commit = Optional.of(at.commit());
        read(at, surroundings);
      }
      case GeneratorTrees.Answer.Pending _ -> {
        kept = true;
        pending = true;
      }
      case GeneratorTrees.Answer.Unavailable(String reason) ->
          keep(include.source() + " cannot be read: " + reason);
      case GeneratorTrees.Answer.NotGiven _ -> keep(include.source() + " is not given");
    }
  }

  private void keep(String reason) {
    kept = true;
    unread.add("FleetInclude '%s' keeps its applications: %s".formatted(include.name(), reason));
  }

  /** Keeps the applications of an include that failed: it must not stop the fleet. */
  private void fail(Throwable failure) {
    log.atError().setCause(failure).log("FleetInclude '{}' cannot be read", include.name());
    candidates.clear();
    generated = List.of();
    if (failure instanceof MirrorException) {
      broken = Optional.of(String.valueOf(failure.getMessage()));
      keep(broken.get());
    } else {
      kept = true;
      problems.add(
          FleetProblem.of(
              FleetRule.UNREADABLE,
              include.location(),
              "cannot be read, and it keeps its applications: " + failure));
    }
  }

  private void read(GeneratorTrees.Answer.At at, Surroundings surroundings) {
    IncludedDocuments read = IncludedDocuments.read(include, at);
    problems.addAll(read.problems());
    documents.addAll(read.documents());
    kept = !read.isComplete();
    ApplicationDocument reader =
        new ApplicationDocument(
            surroundings.repositories(),
            surroundings.clusters(),
            surroundings.projects(),
            Optional.of(include.project()));
    read.applications().forEach(header -> application(header, reader, surroundings));
    read.sets().forEach(header -> sets.read(header, surroundings.repositories()));
    generate(reader, surroundings);
  }

  private void application(
      DocumentHeader header, ApplicationDocument reader, Surroundings surroundings) {
    header.metadata().refuseUnknown();
    Optional<ApplicationName> name = header.name().map(ApplicationName::new);
    Optional<String> other = name.map(surroundings.taken()::get);
    other.ifPresent(
        taken -> collide(header.document(), name.orElseThrow(), taken + ", which stands"));
    Optional<Definition> definition =
        reader.read(name.orElse(ApplicationDocument.UNNAMED), header.document(), header.spec());
    if (other.isEmpty()) {
      name.ifPresent(
          one ->
              candidates.put(
                  one,
                  new Candidate(
                      header.document(), definition.map(read -> read.includedBy(include.name())))));
    }
  }

  private static void collide(FleetDocument document, ApplicationName name, String other) {
    document.problem(
        FleetRule.DUPLICATE_NAME,
        "metadata.name",
        "Application '%s' is also defined by %s: rename this one".formatted(name, other));
  }

  private void generate(ApplicationDocument reader, Surroundings surroundings) {
    Map<ApplicationName, String> taken = new HashMap<>(surroundings.taken());
    candidates.forEach(
        (name, one) -> taken.put(name, "the Application in " + one.document().place()));
    List<ClusterTarget> allowed =
        surroundings.clusters().values().stream()
            .filter(cluster -> include.project().bounds().objectionTo(cluster.name()).isEmpty())
            .toList();
    generated = sets.generate(allowed, taken);
    for (GeneratedDocument one : generated) {
      Optional<Definition> definition = reader.read(one.name(), one.document(), one.spec());
      candidates.put(
          one.name(),
          new Candidate(
              one.document(),
              definition.map(
                  read -> read.generatedBy(one.set().name()).includedBy(include.name()))));
    }
    invalid.addAll(sets.refused());
  }

  String name() {
    return include.name();
  }

  /** Returns the names of its applications, valid or not. */
  Set<ApplicationName> applications() {
    return Set.copyOf(candidates.keySet());
  }

  /** Returns whether it has no other applications than these. */
  boolean isComplete() {
    return !kept && sets.isComplete();
  }

  /** Refuses an application that another include defines as well. */
  void refuse(ApplicationName name, String other) {
    collide(document(name), name, other);
    candidates.remove(name);
  }

  /** Keeps the definition of an application as it was, since its dependencies are refused. */
  void refuse(ApplicationName name) {
    invalid.add(name);
  }

  /** Returns the definitions that are valid by themselves. */
  List<Definition> definitions() {
    List<Definition> definitions = new ArrayList<>();
    candidates.forEach(
        (name, one) -> one.definition().ifPresentOrElse(definitions::add, () -> invalid.add(name)));
    return definitions;
  }

  /** Returns the document of an application. */
  FleetDocument document(ApplicationName name) {
    Candidate candidate = candidates.get(name);
    if (candidate == null) {
      throw new IllegalStateException("FleetInclude '%s' has no %s".formatted(name(), name));
    }
    return candidate.document();
  }

  /** Returns the place and content of the document of an application, in its repository. */
  FleetDocuments.Document summary(ApplicationName name) {
    Optional<String> element =
        generated.stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .flatMap(GeneratedDocument::path);
    return located(document(name).summary()).generatedFor(element);
  }

  private FleetDocuments.Document located(FleetDocuments.Document document) {
    return source()
        .map(at -> document.in(document.file().substring(include.prefix().length()), at))
        .orElse(document);
  }

  /** Returns the documents of its sets, with the commits that they read. */
  Map<String, FleetDocuments.SetDocument> setDocuments() {
    Map<String, FleetDocuments.SetDocument> located = new HashMap<>();
    sets.documents()
        .forEach(
            (name, set) ->
                located.put(
                    name, new FleetDocuments.SetDocument(located(set.document()), set.read())));
    return located;
  }

  /** Returns the commit that was read. */
  Optional<FleetDocuments.InRepository> source() {
    return commit.map(
        at -> new FleetDocuments.InRepository(include.source().repository().repository(), at));
  }

  /** Returns what the sets generate, with what is known of the include. */
  GeneratedSets result() {
    sets.report(generated);
    GeneratedSets ofSets = sets.result();
    List<FleetProblem> all = new ArrayList<>(problems);
    documents.forEach(document -> all.addAll(document.problems()));
    all.addAll(ofSets.problems());
    return GeneratedSets.merged(
        List.of(
            ofSets.withoutProblems(),
            new GeneratedSets(
                Map.of(),
                Set.of(),
                Map.of(include.source(), new TreeSet<>(Set.of("FleetInclude " + include.name()))),
                listed(all),
                unread,
                pending,
                List.of(),
                broken.map(reason -> Map.of(include.source(), reason)).orElse(Map.of()),
                Map.of(
                    include.name(),
                    new GeneratedSets.Included(
                        include.policy(),
                        Optional.of(include.project().bounds().name()),
                        kept,
                        invalid)))));
  }

  private List<FleetProblem> listed(List<FleetProblem> all) {
    if (all.size() <= MOST_PROBLEMS) {
      return all;
    }
    List<FleetProblem> listed = new ArrayList<>(all.subList(0, MOST_PROBLEMS));
    listed.add(
        FleetProblem.of(
            all.get(MOST_PROBLEMS).rule(),
            include.location(),
            "has %d more problems: correct the others first"
                .formatted(all.size() - MOST_PROBLEMS)));
    return listed;
  }
}
