package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.audit.AuditQuestion;
import dev.sluice.standalone.client.audit.AuditRows;
import dev.sluice.standalone.client.audit.CommitOrigins;
import dev.sluice.standalone.client.output.Csv;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "audit",
    description =
        "Answers an auditor's questions: what runs in the clusters and who brought it (running);"
            + " which commits reached them, and when (delivered); what failed and how it ended"
            + " (failures); who commanded what, and why (commands).")
final class AuditVerb extends Verb {

  /** The number of commits that a request may have. */
  private static final int MAX_COMMITS = 50;

  @Parameters(
      index = "0",
      paramLabel = "running|delivered|failures|commands",
      description = "the question")
  private AuditQuestion question = AuditQuestion.running;

  @Mixin private final Selection selection = new Selection();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = Time.class,
      description = "at or after this time (ISO 8601)")
  private Optional<Instant> since = Optional.empty();

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = Time.class,
      description = "before this time (ISO 8601)")
  private Optional<Instant> until = Optional.empty();

  @Option(names = "--by", paramLabel = "NAME", description = "only commands of this operator")
  private Optional<String> by = Optional.empty();

  /** Parser of a time on the command line. */
  private static final class Time implements ITypeConverter<Instant> {

    @Override
    public Instant convert(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'%s' is not a time such as 2026-01-31T15:00:00Z".formatted(text));
      }
    }
  }

  AuditVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  boolean offersCsv() {
    return true;
  }

  @Override
  int run(Api api, Printer printer) {
    if (by.isPresent() && question != AuditQuestion.commands) {
      throw new ExitException(2, "--by is only for: audit commands");
    }
    if (since.isPresent() && until.isPresent() && !since.get().isBefore(until.get())) {
      throw new ExitException(2, "--since must be before --until");
    }
    Existence existence = new Existence(api, printer);
    List<ObjectNode> rows =
        switch (question) {
          case running -> brought(api, running(api, existence));
          case delivered -> brought(api, delivered(api, existence));
          case failures -> failures(api, existence);
          case commands -> commands(api, existence);
        };
    if (printer.isCsv()) {
      Csv.lines(question.fields(), List.copyOf(rows)).forEach(printer::asItIs);
    } else {
      printer.list(List.copyOf(rows), question.columns(), question.named());
    }
    return existence.code();
  }

  private List<ObjectNode> running(Api api, Existence existence) {
    return read(api, "/api/v1/applications", selection.query(), existence).stream()
        .flatMap(application -> AuditRows.running(application).stream())
        .filter(row -> isBetween(row.get("at")))
        .toList();
  }

  private List<ObjectNode> delivered(Api api, Existence existence) {
    Query query = span().with("type", Optional.of("applied"));
    return read(api, "/api/v1/events", query, existence).stream()
        .map(AuditRows::delivered)
        .toList();
  }

  private List<ObjectNode> failures(Api api, Existence existence) {
    Query query = span().with("state", Optional.of("all"));
    return read(api, "/api/v1/dead-letters", query, existence).stream()
        .map(AuditRows::failure)
        .toList();
  }

  private List<ObjectNode> commands(Api api, Existence existence) {
    return read(api, "/api/v1/commands", selection.query(), existence).stream()
        .filter(command -> isBetween(command.path("at")))
        .filter(command -> by.filter(name -> !name.equals(command.path("by").asText())).isEmpty())
        .map(AuditRows::command)
        .toList();
  }

  private Query span() {
    return selection.query().with("since", since).with("until", until);
  }

  /** Reads all pages, and checks that the named applications and clusters exist. */
  private List<JsonNode> read(Api api, String path, Query query, Existence existence) {
    List<JsonNode> items;
    try (Progress progress = progress("read", 0)) {
      items = api.allPages(path, query, progress::counted);
    }
    api.renew();
    existence.applications(selection.applications(), items).clusters(selection.clusters(), items);
    return items;
  }

  /** Adds who pushed, wrote, approved and merged the commits of rows. */
  private List<ObjectNode> brought(Api api, List<ObjectNode> rows) {
    List<String> commits =
        rows.stream()
            .filter(row -> row.hasNonNull("commit"))
            .map(row -> row.get("commit").asText())
            .distinct()
            .toList();
    List<JsonNode> answers = new ArrayList<>(origins(api, commits));
    List<String> others = new ArrayList<>(CommitOrigins.others(answers));
    others.removeAll(commits);
    answers.addAll(origins(api, others));
    CommitOrigins origins = new CommitOrigins(answers);
    rows.forEach(row -> row.setAll(origins.of(row)));
    return rows;
  }

  private List<JsonNode> origins(Api api, List<String> commits) {
    List<JsonNode> answers = new ArrayList<>();
    try (Progress progress = progress("origins", commits.size())) {
      for (int from = 0; from < commits.size(); from += MAX_COMMITS) {
        int to = Math.min(from + MAX_COMMITS, commits.size());
        api.renew();
        api.get("/api/v1/commits", new Query().with("commit", commits.subList(from, to)))
            .forEach(answers::add);
        progress.done(to);
      }
    }
    return answers;
  }

  /** Returns whether a time is in the span of the options. */
  private boolean isBetween(JsonNode time) {
    Instant at = Instant.parse(time.asText());
    return since.filter(at::isBefore).isEmpty() && until.filter(to -> !at.isBefore(to)).isEmpty();
  }
}
