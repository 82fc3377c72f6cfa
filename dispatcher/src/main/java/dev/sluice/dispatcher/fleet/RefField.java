package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.name.GitRef;
import java.util.Optional;
import java.util.function.Function;

/**
 * Field {@code ref} of a document: a branch or a full ref, or where it is allowed a range of
 * versions, {@code {semver: ">=1.4 <2"}} or in one line {@code semver ">=1.4 <2"}.
 */
final class RefField {

  private static final String NAME = "ref";
  private static final String SEMVER = "semver";

  private RefField() {}

  /** Reads a ref or a range of versions; errors become problems of the document. */
  static Optional<GitRef> orRange(Fields fields) {
    return orRange(fields, NAME, GitRef::parse);
  }

  /**
   * Reads a field with a range of versions or something else; errors become problems of the
   * document.
   */
  static Optional<GitRef> orRange(Fields fields, String name, Function<String, GitRef> other) {
    if (!fields.isMapping(name)) {
      return fields.text(
          name, text -> isRange(text) ? GitRef.semver(range(text)) : other.apply(text));
    }
    Fields range = fields.fields(name).orElseThrow();
    Optional<GitRef> ref = range.required(SEMVER, GitRef::semver);
    range.refuseUnknown();
    return ref;
  }

  /** Reads a ref that is no range of versions; errors become problems of the document. */
  static Optional<GitRef> single(Fields fields) {
    if (!fields.isMapping(NAME)) {
      return fields.text(NAME, text -> isRange(text) ? refused() : GitRef.parse(text));
    }
    var unused = fields.mapping(NAME);
    fields.problem(NAME, refusal());
    return Optional.empty();
  }

  private static GitRef refused() {
    throw new IllegalArgumentException(refusal());
  }

  private static String refusal() {
    return "a range of versions is allowed in the source of an application only: name a branch, or"
        + " a full ref such as refs/tags/v1.4.0";
  }

  private static boolean isRange(String text) {
    return text.startsWith(SEMVER + " ");
  }

  private static String range(String text) {
    String range = text.substring(SEMVER.length()).strip();
    boolean isQuoted = range.length() >= 2 && range.startsWith("\"") && range.endsWith("\"");
    return isQuoted ? range.substring(1, range.length() - 1) : range;
  }
}
