package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.FleetEvent;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.DefinitionChange;
import dev.sluice.contract.fleet.DefinitionChange.FieldChange;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.fleet.FleetDocuments.SetDocument;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Descriptions of what events change in definitions, and in which files. Pure: nothing is known of
 * the files but their names.
 *
 * @param definitions in force before the events
 * @param documents by application, those of the reading that its definition was accepted from;
 *     absent for definitions that were accepted before this process was started
 * @param sets the documents of ApplicationSets of the last reading; empty if it is not known
 * @param now the documents of the reading that the events are from
 */
record DefinitionChanges(
    Map<ApplicationName, Definition> definitions,
    Map<ApplicationName, FleetDocuments> documents,
    Map<String, SetDocument> sets,
    FleetDocuments now) {

  private static final int MOST_FIELDS = 100;

  /** Fields that come, or may come, from the documents of repositories, clusters and projects. */
  private static final Pattern OF_OTHERS =
      Pattern.compile(
          "(sources|policy\\.remote\\.bases)\\[\\d+]\\.(repository|url|credentials|ssh|forge)\\b.*|clusters\\[.*|project\\..*");

  DefinitionChanges {
    definitions = Map.copyOf(definitions);
    documents = Map.copyOf(documents);
    sets = Map.copyOf(sets);
  }

  /** Returns the event with a description of what it changes. */
  FleetEvent describe(FleetEvent event) {
    return switch (event) {
      case ChangeEvent.DefinitionAccepted accepted ->
          accepted.withChange(Optional.of(accepted(accepted.definition())));
      case ChangeEvent.DefinitionRemoved removed ->
          removed.withChange(removed(removed.application()));
      case ChangeEvent.ReadersAccepted readers -> readers;
    };
  }

  private DefinitionChange accepted(Definition definition) {
    Optional<Definition> old = Optional.ofNullable(definitions.get(definition.application()));
    List<FieldChange> fields = ChangedFields.between(old, Optional.of(definition));
    List<DocumentOrigin> files =
        Optional.ofNullable(documents.get(definition.application()))
            .map(before -> now.changedSince(before, old, definition))
            .orElseGet(() -> ownFile(definition.application(), old, fields));
    return change(
        fields,
        definition
            .generatedBy()
            .map(
                set ->
                    new GeneratedOrigin(
                            set,
                            Optional.ofNullable(sets.get(set)),
                            Optional.ofNullable(now.sets().get(set)))
                        .documents(files, element(now, definition.application())))
            .orElse(files));
  }

  private static Optional<String> element(FleetDocuments documents, ApplicationName application) {
    return Optional.ofNullable(documents.applications().get(application))
        .flatMap(FleetDocuments.Document::element);
  }

  /** Returns the application's own file if it is certain that its document has changed. */
  private List<DocumentOrigin> ownFile(
      ApplicationName application, Optional<Definition> old, List<FieldChange> fields) {
    return Optional.ofNullable(now.applications().get(application)).stream()
        .filter(document -> old.isEmpty() || isOwn(document, fields))
        .map(FleetDocuments.Document::origin)
        .toList();
  }

  private static boolean isOwn(FleetDocuments.Document document, List<FieldChange> fields) {
    return fields.stream()
        .map(FieldChange::field)
        .filter(field -> !OF_OTHERS.matcher(field).matches())
        .anyMatch(field -> !field.equals("clusters") || !document.selects());
  }

  private Optional<DefinitionChange> removed(ApplicationName application) {
    return Optional.ofNullable(definitions.get(application))
        .map(
            old ->
                change(
                    ChangedFields.between(Optional.of(old), Optional.empty()), removedFrom(old)));
  }

  private List<DocumentOrigin> removedFrom(Definition old) {
    Optional<FleetDocuments> before = Optional.ofNullable(documents.get(old.application()));
    List<DocumentOrigin> files = before.flatMap(all -> now.removal(old, all)).stream().toList();
    return old.generatedBy()
        .map(
            set ->
                new GeneratedOrigin(
                        set,
                        Optional.ofNullable(sets.get(set)),
                        Optional.ofNullable(now.sets().get(set)))
                    .documents(files, before.flatMap(all -> element(all, old.application()))))
        .orElse(files);
  }

  private static DefinitionChange change(List<FieldChange> fields, List<DocumentOrigin> documents) {
    return new DefinitionChange(
        fields.stream().limit(MOST_FIELDS).toList(),
        Math.max(0, fields.size() - MOST_FIELDS),
        documents);
  }
}
