package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.yaml.YamlEvents;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.inputs.walk.RemoteException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/**
 * Finds charts and their versions in a repository's {@code index.yaml}. Such files may have tens of
 * megabytes and many thousand versions, so the file is parsed as a stream and only the entries of
 * the charts that are asked for are kept.
 */
final class ChartIndex {

  /**
   * One version of a chart.
   *
   * @param url relative to the repository, or absolute
   * @param digest SHA-256 of the archive, as {@code sha256:HEX}
   */
  record Entry(String version, String url, Optional<String> digest) {

    /** Returns whether the entry says where the archive is; otherwise it cannot be found. */
    boolean isListed() {
      return !url.isEmpty();
    }
  }

  /** The number of versions that a message shows. */
  private static final int SHOWN = 10;

  private final YamlEvents events;

  private ChartIndex(String text) {
    this.events = new YamlEvents(text);
  }

  /**
   * Returns the entry of a version, preferably an exact match, otherwise ignoring a leading 'v'.
   *
   * @param entries of the chart
   * @throws RemoteException if there is none
   */
  static Entry find(List<Entry> entries, ChartId chart) throws RemoteException {
    return named(entries, chart.version())
        .or(() -> named(entries, otherwise(chart.version())))
        .orElseThrow(() -> missing(entries, chart));
  }

  /**
   * Returns the entries of charts, in the order of the index; none of a chart that it does not
   * have.
   *
   * @param repository its URL, for messages
   * @throws RemoteException if the index cannot be read
   */
  static Map<String, List<Entry>> entries(String index, String repository, Set<String> charts)
      throws RemoteException {
    try {
      Map<String, List<Entry>> entries = new HashMap<>();
      charts.forEach(chart -> entries.put(chart, List.of()));
      entries.putAll(new ChartIndex(index).entries(charts));
      return Map.copyOf(entries);
    } catch (YamlException | NoSuchElementException | ClassCastException e) {
      throw new RemoteException(
          SourceFailure.REMOTE_INVALID,
          "the index of %s cannot be read as one".formatted(repository));
    }
  }

  private static RemoteException missing(List<Entry> entries, ChartId chart) {
    if (entries.isEmpty()) {
      return new RemoteException(
          SourceFailure.CHART_MISSING,
          "%s is not in its index, which has no chart of this name".formatted(chart));
    }
    return new RemoteException(
        SourceFailure.VERSION_MISSING,
        "%s is not in its index, which has: %s"
            .formatted(
                chart,
                entries.stream()
                    .map(Entry::version)
                    .distinct()
                    .limit(SHOWN)
                    .collect(Collectors.joining(", "))));
  }

  private static Optional<Entry> named(List<Entry> entries, String version) {
    return entries.stream()
        .filter(entry -> entry.version().equals(version) && entry.isListed())
        .findFirst();
  }

  private static String otherwise(String version) {
    return version.startsWith("v") ? version.substring(1) : "v" + version;
  }

  private Map<String, List<Entry>> entries(Set<String> charts) {
    next(Event.ID.StreamStart);
    next(Event.ID.DocumentStart);
    next(Event.ID.MappingStart);
    Map<String, List<Entry>> found = new HashMap<>();
    if (!enter("entries") || events.next().getEventId() != Event.ID.MappingStart) {
      return found;
    }
    while (found.size() < charts.size()) {
      Event key = events.next();
      if (key.getEventId() == Event.ID.MappingEnd) {
        return found;
      }
      String chart = ((ScalarEvent) key).getValue();
      if (charts.contains(chart)) {
        found.putIfAbsent(chart, versions());
      } else {
        skip(events.next());
      }
    }
    return found;
  }

  private List<Entry> versions() {
    Event start = events.next();
    List<Entry> entries = new ArrayList<>();
    if (start.getEventId() == Event.ID.SequenceStart) {
      for (Event one = events.next();
          one.getEventId() != Event.ID.SequenceEnd;
          one = events.next()) {
        if (one.getEventId() == Event.ID.MappingStart) {
          entries.add(entry());
        } else {
          skip(one);
        }
      }
    } else {
      skip(start);
    }
    return List.copyOf(entries);
  }

  /** Advances to the value of a field of the current mapping; returns whether it exists. */
  private boolean enter(String field) {
    for (Event key = events.next(); key.getEventId() != Event.ID.MappingEnd; key = events.next()) {
      if (((ScalarEvent) key).getValue().equals(field)) {
        return true;
      }
      skip(events.next());
    }
    return false;
  }

  private Entry entry() {
    String version = "";
    List<String> urls = List.of();
    Optional<String> digest = Optional.empty();
    for (Event key = events.next(); key.getEventId() != Event.ID.MappingEnd; key = events.next()) {
      Event value = events.next();
      switch (((ScalarEvent) key).getValue()) {
        case "version" -> version = ((ScalarEvent) value).getValue();
        case "digest" -> digest = Optional.of(((ScalarEvent) value).getValue());
        case "urls" -> urls = texts(value);
        default -> skip(value);
      }
    }
    return new Entry(
        version,
        urls.isEmpty() ? "" : urls.getFirst(),
        digest.filter(text -> !text.isEmpty()).map(ChartIndex::canonical));
  }

  private static String canonical(String digest) {
    String text = digest.toLowerCase(Locale.ROOT);
    return text.startsWith(Sha256.PREFIX) ? text : Sha256.PREFIX + text;
  }

  private List<String> texts(Event start) {
    List<String> texts = new ArrayList<>();
    if (start.getEventId() == Event.ID.SequenceStart) {
      for (Event text = events.next();
          text.getEventId() != Event.ID.SequenceEnd;
          text = events.next()) {
        texts.add(((ScalarEvent) text).getValue());
      }
    } else {
      skip(start);
    }
    return texts;
  }

  /** Skips a node. */
  private void skip(Event first) {
    int depth = change(first);
    while (depth > 0) {
      depth += change(events.next());
    }
  }

  private static int change(Event event) {
    return switch (event.getEventId()) {
      case MappingStart, SequenceStart -> 1;
      case MappingEnd, SequenceEnd -> -1;
      default -> 0;
    };
  }

  private void next(Event.ID expected) {
    if (events.next().getEventId() != expected) {
      throw new NoSuchElementException();
    }
  }
}
