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
 * {@code Application} and {@code ApplicationSet} of {@code sluice.dev/v1}.
 *
 * <p>Strict, but never stops at the first problem: an invalid application blocks no other
 * (CVE-2022-39272), and an unreadable document never counts as removed.
 */
public final class FleetLoader {

  private static final String API_VERSION = "sluice.dev/v1";
  private static final Set<String> KINDS =
      Set.of("Repository", "Cluster", "Project", "Application", "ApplicationSet");

  private static final int MOST_PROBLEMS = 1_000;

  /** Stands for the name of a document whose name is a problem, so that it is never valid. */
  private static final ApplicationName UNNAMED = new ApplicationName("unnamed");

  private final RepositoryDocuments documents = new RepositoryDocuments();
  private final ProjectDocuments projects = new ProjectDocuments();
  private final ApplicationSets sets;
  private final Map<ClusterName, ClusterTarget> clusters = new TreeMap<>();
  private final Map<ApplicationName, Definition> definitions = new TreeMap<>();
  private final Map<ApplicationName, FleetDocuments.Document> applicationDocuments =
      new HashMap<>();
  private final Map<ClusterName, FleetDocuments.Document> clusterDocuments = new HashMap<>();
  private final Set<ApplicationName> invalid = new TreeSet<>();
  private boolean complete = true;

  private FleetLoader(GeneratorTrees trees) {
    this.sets = new ApplicationSets(trees);
  }

  /** Reads the directory without the repositories of generators. Never throws for its content. */
  public static FleetReading read(Path directory) {
    return read(directory, GeneratorTrees.NONE);
  }

  /**
   * Reads the directory. Never throws for its content or its absence.
   *
   * @param trees the repositories that generators read
   */
  public static FleetReading read(Path directory, GeneratorTrees trees) {
    return read(new DirectoryInput(directory), trees);
  }

  /**
   * Reads a fleet. Does not throw for its content.
   *
   * @param trees the repositories that generators read
   * @throws MirrorException if a mirror is broken
   */
  static FleetReading read(FleetInput input, GeneratorTrees trees) {
    return new FleetLoader(trees).load(input);
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
    Map<String, List<Header>> byKind = new HashMap<>();
    for (FleetDocument document : content.documents()) {
      header(document)
          .ifPresent(
              found -> byKind.computeIfAbsent(found.kind(), _ -> new ArrayList<>()).add(found));
    }
    byKind.values().forEach(FleetLoader::refuseDuplicates);
    byKind.getOrDefault("Repository", List.of()).forEach(this::repository);
    Map<String, FleetRepository> repositories = documents.repositories();
    byKind.getOrDefault("Cluster", List.of()).forEach(this::cluster);
    byKind.getOrDefault("Project", List.of()).forEach(this::project);
    ApplicationDocument reader = new ApplicationDocument(repositories, clusters, projects);
    byKind
        .getOrDefault("Application", List.of())
        .forEach(application -> application(application, reader));
    byKind
        .getOrDefault("ApplicationSet", List.of())
        .forEach(set -> applicationSet(set, repositories));
    List<Header> written = byKind.getOrDefault("Application", List.of());
    List<GeneratedDocument> generated = generated(written, reader);
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
            sets.documents()),
        projects.projects(),
        sets.result());
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

  /**
   * The fields that documents of all kinds have.
   *
   * @param name empty if it is missing or invalid; the document is read for its other problems
   */
  private record Header(
      FleetDocument document, String kind, Optional<String> name, Fields metadata, Fields spec) {}

  private Optional<Header> header(FleetDocument document) {
    Fields root = document.fields();
    root.required("apiVersion", FleetRule.UNKNOWN_KIND, FleetLoader::apiVersion);
    Optional<String> kind = root.required("kind", FleetRule.UNKNOWN_KIND, FleetLoader::kind);
    Fields metadata = root.requiredFields("metadata");
    Optional<String> name = metadata.required("name", text -> new ApplicationName(text).value());
    boolean hasSpec = root.has("spec");
    Fields spec = hasSpec ? root.requiredFields("spec") : emptySpec(document, root, kind);
    if (kind.isPresent()) {
      root.refuseUnknown();
    }
    if (kind.isEmpty() || name.isEmpty()) {
      // the document's application is unknown, so none may count as removed
      complete = false;
    }
    return kind.map(known -> new Header(document, known, name, metadata, spec));
  }

  private static Fields emptySpec(FleetDocument document, Fields root, Optional<String> kind) {
    if (kind.filter(known -> !known.equals("Cluster")).isPresent()) {
      root.missing("spec");
    }
    return Fields.absent("spec", document);
  }

  private static void refuseDuplicates(List<Header> headers) {
    Map<String, Header> first = new HashMap<>();
    for (Header header : headers) {
      header
          .name()
          .map(name -> first.putIfAbsent(name, header))
          .ifPresent(
              other -> {
                refuseDuplicate(header, other);
                refuseDuplicate(other, header);
              });
    }
  }

  private static void refuseDuplicate(Header header, Header other) {
    header
        .document()
        .problem(
            FleetRule.DUPLICATE_NAME,
            "metadata.name",
            "%s '%s' is defined twice: here and in %s"
                .formatted(header.kind(), header.name().orElseThrow(), other.document().place()));
  }

  private void repository(Header header) {
    header.metadata().refuseUnknown();
    documents.read(header.name().orElse(""), header.document(), header.spec());
  }

  private void project(Header header) {
    header.metadata().refuseUnknown();
    projects.read(header.name().orElse(""), header.document(), header.spec());
  }

  private void cluster(Header header) {
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

  private void application(Header header, ApplicationDocument reader) {
    header.metadata().refuseUnknown();
    Optional<ApplicationName> name = header.name().map(ApplicationName::new);
    accept(
        name,
        header.document().summary(),
        reader.read(name.orElse(UNNAMED), header.document(), header.spec()));
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

  private void applicationSet(Header header, Map<String, FleetRepository> repositories) {
    header.metadata().refuseUnknown();
    sets.read(header.name(), header.document(), header.spec(), repositories);
  }

  /** Reads the applications that sets generate. */
  private List<GeneratedDocument> generated(List<Header> applications, ApplicationDocument reader) {
    Map<String, String> written = new HashMap<>();
    for (Header header : applications) {
      header.name().ifPresent(name -> written.put(name, header.document().place()));
    }
    List<GeneratedDocument> generated = sets.generate(clusters.values(), written);
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

  private void refuseBrokenDependencies(
      List<Header> applications, List<GeneratedDocument> generated) {
    Map<ApplicationName, FleetDocument> byName = new HashMap<>();
    generated.forEach(one -> byName.put(one.name(), one.document()));
    for (Header header : applications) {
      header.name().ifPresent(name -> byName.put(new ApplicationName(name), header.document()));
    }
    DependencyRules rules = new DependencyRules(definitions, byName, sets.changing(generated));
    Set<ApplicationName> refused = rules.refused();
    sets.addAll(rules.ofSets());
    definitions.keySet().removeAll(refused);
    applicationDocuments.keySet().removeAll(refused);
    invalid.addAll(refused);
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

  private static String apiVersion(String text) {
    if (!text.equals(API_VERSION)) {
      throw new IllegalArgumentException("must be " + API_VERSION);
    }
    return text;
  }

  private static String kind(String text) {
    if (!KINDS.contains(text)) {
      throw new IllegalArgumentException(
          "must be Repository, Cluster, Project, Application or ApplicationSet, not '%s'"
              .formatted(text));
    }
    return text;
  }
}
