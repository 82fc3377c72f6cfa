package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.codec.EventType;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "events",
    description = "Lists events, in the order in which the API read them; with -f, follows them.")
final class EventsVerb extends Verb {

  private static final Column ID = Column.wide("ID", "/id");
  private static final List<Column> COLUMNS =
      List.of(
          Column.age("AGE", "/at"),
          Column.of("TYPE", Shape.FIXED, "/type"),
          Column.of("CLUSTER", Shape.KEY, "/cluster"),
          Column.of("APPLICATION", Shape.KEY, "/application"),
          Column.of("REPOSITORY", "/repository"),
          Column.of("SUBJECT", Shape.TEXT, event -> subject(event).orElse("-")),
          Column.wide("AT", "/at"),
          ID);

  /** Until an API whose stream ended without an event is asked again. */
  private static final Duration RECONNECT = Duration.ofSeconds(1);

  @Option(
      names = {"-f", "--follow"},
      description = "keep printing new events")
  private boolean follow;

  @Mixin private final Selection selection = new Selection();

  @Option(
      names = "--type",
      description =
          "only this type, such as applied; with --format cdevents also a type of CDEvents, such as"
              + " dev.cdevents.service.deployed")
  private Optional<String> type = Optional.empty();

  @Option(names = "--since", paramLabel = "TIME", description = "from this time on, in ISO 8601")
  private Optional<String> since = Optional.empty();

  @Option(names = "--limit", paramLabel = "N", description = "how many at most (default: 1000)")
  private int limit = 1000;

  @Option(
      names = "--format",
      paramLabel = "cdevents",
      description =
          "vocabulary of the events: cdevents prints deployments, rollbacks, removals, merges and"
              + " reviews as CDEvents (cdevents.dev), one JSON object a line, whatever --output is"
              + " (default: Sluice's own events)")
  private Optional<Vocabulary> vocabulary = Optional.empty();

  /** Vocabularies of other tools, named as they are typed. */
  enum Vocabulary {
    cdevents
  }

  EventsVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    Query query =
        selection
            .query()
            // CDEvents are made of several events
            .with("type", type.filter(_ -> vocabulary.isEmpty()))
            .with("since", since);
    Consumer<JsonNode> shown = event -> print(event, printer);
    if (vocabulary.isPresent()) {
      CdEventReader reader = new CdEventReader(api);
      shown =
          event ->
              reader
                  .read(event)
                  .filter(
                      one -> type.filter(name -> !CdEventReader.isOf(name, event, one)).isEmpty())
                  .ifPresent(printer::line);
    }
    if (!follow) {
      List<JsonNode> events = api.all("/api/v1/events", query, limit);
      if (vocabulary.isPresent()) {
        events.forEach(shown);
      } else {
        printer.list(events, COLUMNS, ID);
      }
      return events.isEmpty()
          ? new Existence(api, printer)
              .applications(selection.applications(), events)
              .clusters(selection.clusters())
              .code()
          : 0;
    }
    Optional<String> last = Optional.empty();
    do {
      boolean hasNews = false;
      api.renew();
      try (EventReader events = api.stream(query, last)) {
        for (Optional<JsonNode> event = events.next(); event.isPresent(); event = events.next()) {
          shown.accept(event.get());
          hasNews = true;
        }
        last = hasNews ? events.lastId() : last;
      }
      if (!hasNews) {
        Deadline.pause(RECONNECT, "interrupted");
      }
      // an API that was restarted continues after the last event; one that is gone ends the command
    } while (last.isPresent());
    throw new ExitException(ExitException.UNREACHABLE, "the API has ended the stream");
  }

  private static void print(JsonNode event, Printer printer) {
    if (printer.isRaw()) {
      printer.raw(event);
      return;
    }
    if (printer.isName()) {
      printer.line(event.get("id").asText());
      return;
    }
    printer.line(
        "%s  %-22s %s %s%s"
            .formatted(
                event.get("at").asText(),
                event.get("type").asText(),
                event.has("application")
                    ? event.path("cluster").asText("-") + "/" + event.get("application").asText()
                    : event.path("repository").asText(event.path("cluster").asText("-")),
                event.at("/body/subject/generation").asText(""),
                subject(event).map(subject -> " " + subject).orElse("")));
  }

  /** Returns what a push or a merge is about and who wrote it; empty for other events. */
  private static Optional<String> subject(JsonNode event) {
    JsonNode body = event.path("body");
    JsonNode push =
        event.path("type").asText().equals(EventType.REF_FORWARDED.slug())
            ? body.at("/change/head")
            : body.path("head");
    String title = push.path("subject").asText(body.path("title").asText(""));
    String author = push.path("author").asText(body.path("author").asText(""));
    if (title.isEmpty() && author.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(author.isEmpty() ? title : "%s, by %s".formatted(title, author).strip());
  }
}
