package dev.sluice.standalone.client.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * Column of a table.
 *
 * @param wide whether only the wide format shows it
 */
public record Column(String head, boolean wide, Shape shape, Function<JsonNode, String> value) {

  private static final int ABBREVIATED = 10;
  private static final String BRANCHES = "refs/heads/";

  /** The way in which a cell is fitted into a width. */
  public enum Shape {
    /** Never shortened. */
    FIXED,
    /** A time, shown as an age. */
    AGE,
    /** A name that people type in other commands; loses its middle last. */
    KEY,
    /** A name, which loses its middle if the table is too wide. */
    NAME,
    /** A state, or counts by state; coloured, and continued on further lines. */
    STATE,
    /** A sentence, continued on further lines. */
    TEXT
  }

  /** Returns a column with names. */
  public static Column of(String head, String pointer) {
    return of(head, Shape.NAME, pointer);
  }

  public static Column of(String head, Shape shape, String pointer) {
    return new Column(head, false, shape, item -> text(item.at(pointer)));
  }

  public static Column of(String head, Shape shape, Function<JsonNode, String> value) {
    return new Column(head, false, shape, value);
  }

  /** Returns a column with the age of a time. */
  public static Column age(String head, String pointer) {
    return of(head, Shape.AGE, pointer);
  }

  /** Returns a column that only the wide format shows. */
  public static Column wide(String head, String pointer) {
    return new Column(head, true, Shape.NAME, item -> text(item.at(pointer)));
  }

  /** Returns this column for the wide format only. */
  public Column onlyWide() {
    return new Column(head, true, shape, value);
  }

  /** Returns a column with abbreviated commit ids. */
  public static Column commit(String head, String pointer) {
    return of(head, Shape.FIXED, item -> abbreviated(text(item.at(pointer))));
  }

  /** Returns a column with refs; branches are shown by their name. */
  public static Column ref(String head, String pointer) {
    return of(head, Shape.NAME, item -> shortRef(text(item.at(pointer))));
  }

  /** Returns the name of a branch, or the ref if it is no branch. */
  static String shortRef(String ref) {
    return ref.startsWith(BRANCHES) ? ref.substring(BRANCHES.length()) : ref;
  }

  /** Returns the text of a value, or a dash if there is none. */
  public static String text(JsonNode value) {
    return value.isMissingNode() || value.isNull() ? "-" : value.asText();
  }

  /** Returns the first digits of a commit id. */
  public static String abbreviated(String commit) {
    return commit.length() > ABBREVIATED ? commit.substring(0, ABBREVIATED) : commit;
  }
}
