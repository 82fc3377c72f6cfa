package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.generate.Element;
import dev.sluice.dispatcher.generate.FillBudget;
import dev.sluice.dispatcher.generate.Generator;
import dev.sluice.dispatcher.generate.GeneratorException;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.dispatcher.generate.SearchBudget;
import dev.sluice.dispatcher.generate.UnreadSourceException;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.platform.process.FatalErrors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code ApplicationSet} documents of a fleet, and the applications that they generate. A set
 * that cannot be evaluated completely keeps its applications.
 */
final class ApplicationSets {

  private static final Logger log = LoggerFactory.getLogger(ApplicationSets.class);

  /** Each is located by parsing its file once. */
  private static final int MOST_PROBLEMS_OF_SET = 20;

  private static final String KEEPS = "ApplicationSet '%s' keeps its applications: %s";

  private final GeneratorTrees trees;
  private final Map<String, ApplicationSetDocument> sets = new TreeMap<>();
  private final Map<String, Map<RepositoryId, CommitId>> read = new HashMap<>();
  private final Set<String> kept = new HashSet<>();
  private final List<FleetProblem> problems = new ArrayList<>();
  private final List<String> unread = new ArrayList<>();
  private final Map<GeneratorSource, String> broken = new HashMap<>();
  private final List<GeneratedSets.Generated> applications = new ArrayList<>();
  private final Set<ApplicationName> refused = new TreeSet<>();
  private final Optional<IncludeDocument> include;
  private final FillBudget budget;
  private final SearchBudget search;
  private boolean pending;

  private ApplicationSets(
      GeneratorTrees trees,
      Optional<IncludeDocument> include,
      FillBudget budget,
      SearchBudget search) {
    this.trees = trees;
    this.include = include;
    this.budget = budget;
    this.search = search;
  }

  /** Returns the sets of the fleet's own documents. */
  static ApplicationSets ofFleet(GeneratorTrees trees) {
    return new ApplicationSets(
        trees, Optional.empty(), FillBudget.ofFleet(), SearchBudget.ofFleet());
  }

  /** Returns the sets of an include, bounded by its project. */
  static ApplicationSets of(IncludeDocument include, GeneratorTrees trees) {
    return new ApplicationSets(
        trees, Optional.of(include), FillBudget.ofInclude(), SearchBudget.ofInclude());
  }

  /** Reads a document; errors become problems of the document. */
  void read(DocumentHeader header, Map<String, FleetRepository> repositories) {
    header.metadata().refuseUnknown();
    Optional<String> name =
        header.name().map(own -> include.map(one -> one.name() + "/" + own).orElse(own));
    ApplicationSetDocument.read(
            name,
            header.document(),
            header.spec(),
            repositories,
            include.map(one -> one.project().bounds()))
        .ifPresentOrElse(set -> sets.put(set.name(), set), () -> name.ifPresent(kept::add));
  }

  /**
   * Generates the applications of all sets. Two of the same name are both refused, and one of the
   * name of a document is.
   *
   * @param taken by the name of an application that others define, by what
   */
  List<GeneratedDocument> generate(
      Collection<ClusterTarget> clusters, Map<ApplicationName, String> taken) {
    List<GeneratedDocument> generated =
        sets.values().stream().flatMap(set -> generate(set, clusters).stream()).toList();
    GeneratedNames names = GeneratedNames.of(generated, taken);
    names.collisions().forEach(this::report);
    refused.addAll(names.refused());
    names
        .unique()
        .forEach(
            one ->
                applications.add(
                    new GeneratedSets.Generated(
                        one.set().name(), one.name(), one.element().origin(), one.overrides())));
    return names.unique();
  }

  private List<GeneratedDocument> generate(
      ApplicationSetDocument set, Collection<ClusterTarget> clusters) {
    Map<RepositoryId, CommitId> commits = read.computeIfAbsent(set.name(), _ -> new HashMap<>());
    List<GeneratorSource> asked = new ArrayList<>();
    Generator.Input input =
        new Generator.Input(
            clusters,
            source -> {
              asked.add(source);
              return tree(source, commits);
            },
            search);
    List<GeneratorException> found = new ArrayList<>();
    List<GeneratedDocument> generated = new ArrayList<>();
    try {
      for (Element element : elements(set, input)) {
        try {
          generated.add(GeneratedDocument.of(set, element, budget));
        } catch (GeneratorException e) {
          found.add(e);
          if (budget.isExceeded()) {
            break;
          }
        }
      }
    } catch (GeneratorException e) {
      found.add(e);
    } catch (UnreadSourceException e) {
      keep(set, e);
      return List.of();
    } catch (RuntimeException | StackOverflowError e) {
      FatalErrors.check(e);
      keepBroken(set, asked, e);
      return List.of();
    }
    found.addAll(input.problems());
    if (!found.isEmpty()) {
      kept.add(set.name());
      report(set, found);
    }
    return generated;
  }

  private GeneratorTrees.Answer tree(GeneratorSource source, Map<RepositoryId, CommitId> commits) {
    GeneratorTrees.Answer answer = trees.of(source);
    if (answer instanceof GeneratorTrees.Answer.At at) {
      commits.put(source.repository().repository(), at.commit());
    }
    return answer;
  }

  private static List<Element> elements(ApplicationSetDocument set, Generator.Input input) {
    List<Element> elements = new ArrayList<>();
    for (Generator generator : set.generators()) {
      elements.addAll(generator.elements(input));
      Generator.requireBounded("spec.generators", elements.size());
    }
    if (elements.isEmpty() && input.problems().isEmpty() && !set.policy().allowEmpty()) {
      throw new GeneratorException(
          "spec.generators",
          "generate no application, and none is removed: remove the set's document, or set"
              + " policy.allowEmpty");
    }
    return elements;
  }

  private void keep(ApplicationSetDocument set, UnreadSourceException e) {
    kept.add(set.name());
    switch (e.answer()) {
      case GeneratorTrees.Answer.Pending _ -> pending = true;
      case GeneratorTrees.Answer.Unavailable(String reason) ->
          unread.add(KEEPS.formatted(set.name(), e.getMessage() + " cannot be read: " + reason));
      case GeneratorTrees.Answer.NotGiven _ ->
          unread.add(KEEPS.formatted(set.name(), e.getMessage() + " is not given"));
      case GeneratorTrees.Answer.At _ ->
          throw new IllegalStateException(e.getMessage() + " was read", e);
    }
  }

  /**
   * Keeps the applications of a set that failed: one set must not stop the fleet.
   *
   * @param asked the repositories that it has read, of which the last one's mirror may be broken
   */
  private void keepBroken(
      ApplicationSetDocument set, List<GeneratorSource> asked, Throwable failure) {
    kept.add(set.name());
    log.atError().setCause(failure).log("ApplicationSet '{}' cannot be evaluated", set.name());
    if (failure instanceof MirrorException && !asked.isEmpty()) {
      broken.put(asked.getLast(), String.valueOf(failure.getMessage()));
      unread.add(KEEPS.formatted(set.name(), failure.getMessage()));
    } else {
      problems.add(
          set.document()
              .located(
                  FleetRule.INVALID_VALUE,
                  "spec.generators",
                  "cannot be evaluated, and the set keeps its applications: " + failure));
    }
  }

  private void report(ApplicationSetDocument set, List<GeneratorException> found) {
    List<FleetProblem> located = new ArrayList<>();
    for (GeneratorException one : found.subList(0, Math.min(MOST_PROBLEMS_OF_SET, found.size()))) {
      located.add(ApplicationSetDocument.problem(set.document(), one.field(), one));
    }
    if (found.size() > MOST_PROBLEMS_OF_SET) {
      located.add(
          set.document()
              .problemWithin(
                  FleetRule.INVALID_VALUE,
                  "spec",
                  -1,
                  "has %d more problems of the same kind"
                      .formatted(found.size() - MOST_PROBLEMS_OF_SET)));
    }
    add(set, located);
  }

  /** Adds problems to the document, unless they are caused by what is in repositories. */
  private void add(ApplicationSetDocument set, List<FleetProblem> located) {
    if (set.readsRepositories()) {
      problems.addAll(located);
    } else {
      set.document().addAll(located);
    }
  }

  /** Reports the problems of generated documents, each once for all with the same. */
  void report(List<GeneratedDocument> generated) {
    Map<ApplicationSetDocument, Map<FleetProblem, List<ApplicationName>>> bySet = new HashMap<>();
    for (GeneratedDocument one : generated) {
      for (FleetProblem problem : one.document().problems()) {
        bySet
            .computeIfAbsent(one.set(), _ -> new LinkedHashMap<>())
            .computeIfAbsent(problem, _ -> new ArrayList<>())
            .add(one.name());
      }
    }
    bySet.forEach(
        (set, found) ->
            add(
                set,
                found.entrySet().stream()
                    .map(entry -> entry.getKey().of(entry.getValue()))
                    .toList()));
  }

  /** Returns the applications that keep their definitions, since two have the same name. */
  Set<ApplicationName> refused() {
    return refused;
  }

  /** Adds problems that the content of repositories may have caused. */
  void addAll(List<FleetProblem> found) {
    problems.addAll(found);
  }

  /** Returns whether the sets have no other applications than those that were generated. */
  boolean isComplete() {
    return kept.isEmpty();
  }

  /** Returns what a push may change. */
  DependencyRules.Generated changing(List<GeneratedDocument> generated) {
    return new DependencyRules.Generated(
        isComplete(),
        sets.values().stream().anyMatch(ApplicationSetDocument::readsRepositories),
        generated.stream()
            .filter(one -> one.set().readsRepositories())
            .map(GeneratedDocument::name)
            .collect(Collectors.toSet()),
        Set.of());
  }

  /** Returns the valid documents, with the commits that they read. */
  Map<String, FleetDocuments.SetDocument> documents() {
    Map<String, FleetDocuments.SetDocument> documents = new HashMap<>();
    sets.forEach(
        (name, set) ->
            documents.put(
                name,
                new FleetDocuments.SetDocument(
                    set.document().summary(), read.getOrDefault(name, Map.of()))));
    return documents;
  }

  /** Returns the sets by what their generators read. */
  private Map<GeneratorSource, SortedSet<String>> readers() {
    Map<GeneratorSource, SortedSet<String>> readers = new HashMap<>();
    sets.forEach(
        (name, set) ->
            set.generators().stream()
                .flatMap(Generator::sources)
                .forEach(
                    source ->
                        readers
                            .computeIfAbsent(source, _ -> new TreeSet<>())
                            .add("ApplicationSet " + name)));
    return readers;
  }

  GeneratedSets result() {
    Map<String, SetPolicy> policies = new HashMap<>();
    sets.forEach((name, set) -> policies.put(name, set.policy()));
    return new GeneratedSets(
        policies, kept, readers(), problems, unread, pending, applications, broken, Map.of());
  }
}
