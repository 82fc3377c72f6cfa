package dev.sluice.dispatcher.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.inputs.git.MirrorException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Loader of a fleet from YAML documents: {@code Repository}, {@code Cluster}, {@code Project},
 * {@code Application}, {@code ApplicationSet} and {@code FleetInclude} of {@code sluice.dev/v1}.
 *
 * <p>Strict, but never stops at the first problem: an invalid application blocks no other
 * (CVE-2022-39272), and an unreadable document never counts as removed.
 */
public final class FleetLoader {

  private static final Set<String> KINDS =
      Set.of("Repository", "Cluster", "Project", "Application", "ApplicationSet", "FleetInclude");

  private static final int MOST_PROBLEMS = 1_000;

  private final RepositoryDocuments documents = new RepositoryDocuments();
  private final ProjectDocuments projects = new ProjectDocuments();
  private final ApplicationSets sets;
  private final FleetIncludes includes;
  private final Map<ClusterName, ClusterTarget> clusters = new TreeMap<>();
  private final Map<ApplicationName, Definition> definitions = new TreeMap<>();
  private final Map<ApplicationName, FleetDocuments.Document> applicationDocuments =
      new HashMap<>();
  private final Map<ClusterName, FleetDocuments.Document> clusterDocuments = new HashMap<>();
  private final Set<ApplicationName> invalid = new TreeSet<>();
  private boolean complete = true;

  private FleetLoader(GeneratorTrees trees, Map<ApplicationName, String> owners) {
    this.sets = ApplicationSets.ofFleet(trees);
    this.includes = new FleetIncludes(trees, owners);
  }

  /**
   * Returns the names of the files in a directory that a dispatcher would read, relative to it.
   *
   * @throws IOException if they cannot be listed
   */
  public static List<String> files(Path directory) throws IOException {
    return new DirectoryInput(directory).files().stream().map(FleetInput.File::name).toList();
  }

  /**
   * Reads the directory without the repositories of generators and includes. Never throws for its
   * content.
   */
  public static FleetReading read(Path directory) {
    return read(directory, GeneratorTrees.NONE);
  }

  /**
   * Reads the directory. Never throws for its content or its absence.
   *
   * @param trees the repositories that generators and includes read
   */
  public static FleetReading read(Path directory, GeneratorTrees trees) {
    return read(new DirectoryInput(directory), trees);
  }

  /**
   * Reads a fleet. Does not throw for its content.
   *
   * @param trees the repositories that generators and includes read
   * @throws MirrorException if the mirror of the fleet is broken
   */
  static FleetReading read(FleetInput input, GeneratorTrees trees) {
    return read(input, trees, Map.of());
  }

  /**
   * Reads a fleet of which applications are in force already. Does not throw for its content.
   *
   * @param trees the repositories that generators and includes read
   * @param owners by application in force, the FleetInclude that it belongs to
   * @throws MirrorException if the mirror of the fleet is broken
   */
  static FleetReading read(
      FleetInput input, GeneratorTrees trees, Map<ApplicationName, String> owners) {
    return new FleetLoader(trees, owners).load(input);
  }

  private FleetReading load(FleetInput input) {
    FleetFiles.Content content = FleetFiles.read(input);
    List<FleetProblem> problems = new ArrayList<>(content.unreadable());
    if (problems.isEmpty() && content.documents().isEmpty()) {
      problems.add(
          FleetProblem.of(
              FleetRule.NO_DOCUMENTS, input.name(), "holds no documents (*.yaml, *.yml)"));
    }
    complete = problems.isEmpty();
    DocumentHeader.All headers = DocumentHeader.read(content.documents(), FleetLoader::kind);
    complete &= headers.isComplete();
    headers.of("Repository").forEach(this::repository);
    Map<String, FleetRepository> repositories = documents.repositories();
    headers.of("Cluster").forEach(this::cluster);
    headers.of("Project").forEach(this::project);
    ApplicationDocument reader =
        new ApplicationDocument(repositories, clusters, projects, Optional.empty());
    List<DocumentHeader> written = headers.of("Application");
    written.forEach(application -> application(application, reader));
    headers.of("ApplicationSet").forEach(set -> sets.read(set, repositories));
    List<GeneratedDocument> generated = generated(written, reader);
    headers.of("FleetInclude").forEach(one -> includes.read(one, repositories, projects));
    include(repositories, taken(written, generated));
    refuseBrokenDependencies(written, generated);
    sets.report(generated);
    content.documents().forEach(document -> problems.addAll(document.problems()));
    return new FleetReading(
        List.copyOf(definitions.values()),
        invalid,
        complete,
        listed(problems),
        Collections.unmodifiableSortedSet(new TreeSet<>(clusters.keySet())),
        List.copyOf(repositories.values()),
        revision(repositories.values()),
        input.commit(),
        new FleetDocuments(
            applicationDocuments,
            documents.documents(),
            clusterDocuments,
            projects.documents(),
            setDocuments(),
            includes.documents()),
        projects.projects(),
        includes.addTo(sets.result()));
  }

  /** Returns the first problems, and one that counts the others. */
  private static List<FleetProblem> listed(List<FleetProblem> problems) {
    if (problems.size() <= MOST_PROBLEMS) {
      return problems;
    }
    List<FleetProblem> listed = new ArrayList<>(problems.subList(0, MOST_PROBLEMS));
    FleetProblem last = listed.getLast();
    listed.add(
        FleetProblem.of(
            last.rule(),
            last.file(),
            "from here on, %d more problems of the fleet are not listed: correct the others first"
                .formatted(problems.size() - MOST_PROBLEMS)));
    return listed;
  }

  private void repository(DocumentHeader header) {
    header.metadata().refuseUnknown();
    documents.read(header.name().orElse(""), header.document(), header.spec());
  }

  private void project(DocumentHeader header) {
    header.metadata().refuseUnknown();
    projects.read(header.name().orElse(""), header.document(), header.spec());
  }

  private void cluster(DocumentHeader header) {
    Map<String, String> labels = header.metadata().labels("labels");
    header.metadata().refuseUnknown();
    header.spec().refuseUnknown();
    if (header.document().isValid()) {
      ClusterName name = new ClusterName(header.name().orElseThrow());
      clusters.put(name, new ClusterTarget(name, labels));
      clusterDocuments.put(name, header.document().summary());
    } else {
      // a selector may have selected this cluster
      complete = false;
    }
  }

  private void application(DocumentHeader header, ApplicationDocument reader) {
    header.metadata().refuseUnknown();
    Optional<ApplicationName> name = header.name().map(ApplicationName::new);
    accept(
        name,
        header.document().summary(),
        reader.read(name.orElse(ApplicationDocument.UNNAMED), header.document(), header.spec()));
  }

  private void accept(
      Optional<ApplicationName> name, FleetDocuments.Document document, Optional<Definition> read) {
    read.ifPresentOrElse(
        definition -> {
          definitions.put(definition.application(), definition);
          applicationDocuments.put(definition.application(), document);
        },
        () -> name.ifPresent(invalid::add));
  }

  /** Reads the applications that sets generate. */
  private List<GeneratedDocument> generated(
      List<DocumentHeader> applications, ApplicationDocument reader) {
    List<GeneratedDocument> generated =
        sets.generate(clusters.values(), taken(applications, List.of()));
    for (GeneratedDocument one : generated) {
      accept(
          Optional.of(one.name()),
          one.document().summary().generatedFor(one.path()),
          reader
              .read(one.name(), one.document(), one.spec())
              .map(definition -> definition.generatedBy(one.set().name())));
    }
    invalid.addAll(sets.refused());
    return generated;
  }

  /** Returns the names of applications that the fleet's own documents define, and by what. */
  private Map<ApplicationName, String> taken(
      List<DocumentHeader> applications, List<GeneratedDocument> generated) {
    Map<ApplicationName, String> taken = new HashMap<>();
    sets.refused().forEach(name -> taken.put(name, "ApplicationSets of the fleet"));
    for (GeneratedDocument one : generated) {
      taken.put(one.name(), "ApplicationSet '%s' of the fleet".formatted(one.set().name()));
    }
    for (DocumentHeader header : applications) {
      header
          .name()
          .ifPresent(
              name ->
                  taken.put(
                      new ApplicationName(name),
                      "the Application in " + header.document().place()));
    }
    return taken;
  }

  /** Reads the applications of includes. */
  private void include(
      Map<String, FleetRepository> repositories, Map<ApplicationName, String> taken) {
    includes.load(new IncludedFleet.Surroundings(repositories, clusters, projects, taken));
    includes
        .definitions()
        .forEach(definition -> definitions.put(definition.application(), definition));
    applicationDocuments.putAll(includes.summaries());
  }

  private Map<String, FleetDocuments.SetDocument> setDocuments() {
    Map<String, FleetDocuments.SetDocument> all = new HashMap<>(sets.documents());
    all.putAll(includes.setDocuments());
    return all;
  }

  private void refuseBrokenDependencies(
      List<DocumentHeader> applications, List<GeneratedDocument> generated) {
    Map<ApplicationName, FleetDocument> byName = new HashMap<>();
    generated.forEach(one -> byName.put(one.name(), one.document()));
    for (DocumentHeader header : applications) {
      header.name().ifPresent(name -> byName.put(new ApplicationName(name), header.document()));
    }
    Map<ApplicationName, FleetDocument> included = includes.applicationDocuments();
    byName.putAll(included);
    DependencyRules rules =
        new DependencyRules(
            definitions, byName, includes.addTo(sets.changing(generated), included.keySet()));
    Set<ApplicationName> refused = rules.refused();
    sets.addAll(rules.ofSets());
    definitions.keySet().removeAll(refused);
    applicationDocuments.keySet().removeAll(refused);
    includes.refuse(refused);
    refused.stream().filter(name -> !included.containsKey(name)).forEach(invalid::add);
  }

  private String revision(Collection<FleetRepository> repositories) {
    Map<String, Object> content = new TreeMap<>();
    content.put("definitions", definitions.values());
    content.put("invalid", invalid);
    content.put("clusters", clusters.values());
    content.put("repositories", repositories);
    if (!projects.projects().isEmpty()) {
      content.put("projects", projects.projects());
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(Json.mapper().writeValueAsBytes(content));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException | JsonProcessingException e) {
      throw new IllegalStateException("cannot digest the fleet", e);
    }
  }

  private static String kind(String text) {
    if (!KINDS.contains(text)) {
      throw new IllegalArgumentException(
          "must be Repository, Cluster, Project, Application, ApplicationSet or FleetInclude, not '%s'"
              .formatted(text));
    }
    return text;
  }
}
