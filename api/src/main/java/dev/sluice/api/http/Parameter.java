package dev.sluice.api.http;

import dev.sluice.api.body.Expected;
import java.util.List;
import java.util.Map;

/**
 * Path or query parameter of a request.
 *
 * @param schema JSON Schema of one value
 * @param many whether it may be repeated
 */
record Parameter(
    String name,
    In in,
    String description,
    Map<String, Object> schema,
    boolean required,
    boolean many) {

  enum In {
    PATH,
    QUERY
  }

  /** The longest value of any parameter. */
  static final int MAX_TEXT = 1024;

  private static final Map<String, Object> TEXT = Map.of("type", "string", "maxLength", MAX_TEXT);
  private static final Map<String, Object> TIME = Map.of("type", "string", "format", "date-time");
  private static final Map<String, Object> GLOB =
      Map.of("type", "string", "pattern", "^" + TokenSetting.GLOB.pattern() + "$");

  static final Parameter APPLICATION =
      new Parameter("application", In.QUERY, "application name or glob", GLOB, false, true);
  static final Parameter CLUSTER =
      new Parameter("cluster", In.QUERY, "cluster name or glob", GLOB, false, true);
  static final Parameter LIMIT =
      new Parameter(
          "limit",
          In.QUERY,
          "maximum number of items",
          Map.of("type", "integer", "minimum", 1, "maximum", 1000, "default", 100),
          false,
          false);
  static final Parameter AFTER = query("after", "the value of 'next' from the previous page", TEXT);
  static final Parameter SINCE = query("since", "at or after this time", TIME);
  static final Parameter UNTIL = query("until", "before this time", TIME);
  static final Parameter PHASE =
      query(
          "phase",
          "only applications in this phase",
          oneOf(
              "Waiting",
              "Syncing",
              "Retrying",
              "Parked",
              "Synced",
              "Unknown",
              "Removing",
              "Removed"));
  static final Parameter SYNC =
      query(
          "sync",
          "only applications with this state in the column SYNC",
          oneOf(
              "Synced",
              "OutOfSync",
              "Syncing",
              "Retrying",
              "Parked",
              "Drifted",
              "Removing",
              "Unknown"));
  static final Parameter HEALTH =
      query(
          "health",
          "only applications with this health",
          oneOf("Healthy", "Progressing", "Degraded", "Suspended", "Missing", "Unknown"));
  static final Parameter HELD =
      query(
          "held",
          "only applications that are (true) or are not (false) suspended, pinned to a commit, or"
              + " waiting for a maintenance window, an operator, or others that they depend on",
          oneOf("true", "false"));
  static final Parameter REPOSITORY =
      query("repository", "canonical name of the repository, host[:port]/path", TEXT);
  static final Parameter ENDPOINT = query("endpoint", "name of the receiver's endpoint", TEXT);
  static final Parameter FOLLOWED =
      query(
          "followed",
          "only deliveries about repositories that applications follow (true) or do not follow"
              + " (false)",
          oneOf("true", "false"));
  static final Parameter TYPE = query("type", "only events of this type", TEXT);
  static final Parameter COMMIT = query("commit", "a commit id, or a prefix of it", TEXT);
  static final Parameter COMMITS =
      new Parameter(
          "commit",
          In.QUERY,
          "a whole commit id",
          Map.of("type", "string", "pattern", "^([0-9a-f]{40}|[0-9a-f]{64})$"),
          true,
          true);
  static final Parameter DELIVERY = query("delivery", "the forge's id of a webhook delivery", TEXT);
  static final Parameter CODE = query("code", "the cause", TEXT);
  static final Parameter STAGE =
      query(
          "stage",
          "the stage that failed",
          oneOf("DECODE", "SOURCE", "RENDER", "PLAN", "APPLY", "PRUNE", "LEDGER"));
  static final Parameter STATE =
      query("state", "state of the dead letter; open by default", oneOf("open", "closed", "all"));
  static final Parameter ENTRY = query("entry", "only the entry with this id", TEXT);
  static final Parameter ID = query("id", "the id that the command was given", TEXT);
  static final Parameter ID_PREFIX =
      query(
          "idPrefix",
          "only commands whose ids begin with it: all commands of a request have the id"
              + " command/TOKEN/IDEMPOTENCY-KEY/ and a rest",
          TEXT);
  static final Parameter KIND =
      required(
          "kind",
          "the object's kind, such as Deployment, deployments, or a short name of Kubernetes, such"
              + " as deploy; in any case");
  static final Parameter NAME = required("name", "the object's name");
  static final Parameter ONE_CLUSTER = required("cluster", "the object's cluster");
  static final Parameter NAMESPACE = query("namespace", "the object's namespace", TEXT);
  static final Parameter PATH_APPLICATION =
      new Parameter("application", In.PATH, "its name", TEXT, true, false);
  static final Parameter PATH_COMMIT =
      new Parameter(
          "commit",
          In.PATH,
          "a commit id, or a prefix of at least seven digits",
          Map.of("type", "string", "pattern", "^[0-9a-f]{7,64}$"),
          true,
          false);

  /** Returns words for the allowed values. */
  String expected() {
    if (schema.get("enum") instanceof List<?> allowed) {
      return Expected.among(allowed);
    }
    if (schema.equals(TIME)) {
      return Expected.TIME + ", after 1970 and before 9999";
    }
    if (schema.equals(GLOB)) {
      return "a name of lower-case letters, digits and '-', in which '*' and '?' stand for"
          + " others";
    }
    if (schema.containsKey("minimum")) {
      return "a number from %s to %s".formatted(schema.get("minimum"), schema.get("maximum"));
    }
    return schema.containsKey("pattern")
        ? description + ", in lower case"
        : "at most %d characters".formatted(MAX_TEXT);
  }

  static final List<Parameter> PAGING = List.of(LIMIT, AFTER);
  static final List<Parameter> SPAN = List.of(SINCE, UNTIL);

  private static Parameter query(String name, String description, Map<String, Object> schema) {
    return new Parameter(name, In.QUERY, description, schema, false, false);
  }

  private static Parameter required(String name, String description) {
    return new Parameter(name, In.QUERY, description, TEXT, true, false);
  }

  private static Map<String, Object> oneOf(String... values) {
    return Map.of("type", "string", "enum", List.of(values));
  }
}
