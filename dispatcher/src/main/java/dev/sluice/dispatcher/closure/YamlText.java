package dev.sluice.dispatcher.closure;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads YAML that names files: safely (no types, few aliases, shallow, small) and without guessing,
 * so that a file called {@code 1.10} or {@code no} keeps its name. Scalars are text or null.
 */
final class YamlText {

  private static final int MAX_DEPTH = 50;
  private static final int MAX_ALIASES = 50;
  private static final int MAX_DOCUMENTS = 1000;

  private YamlText() {}

  /**
   * The documents that hold something.
   *
   * @throws RefusedException naming {@code where} if it is not YAML or beyond the limits
   */
  static List<Object> documents(String text, String where) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setAllowRecursiveKeys(false);
    options.setMaxAliasesForCollections(MAX_ALIASES);
    options.setNestingDepthLimit(MAX_DEPTH);
    DumperOptions dumping = new DumperOptions();
    Yaml yaml =
        new Yaml(
            new SafeConstructor(options),
            new Representer(dumping),
            dumping,
            options,
            new TextResolver());
    List<Object> documents = new ArrayList<>();
    try {
      for (Object document : yaml.loadAll(text)) {
        if (document != null) {
          documents.add(document);
        }
        if (documents.size() > MAX_DOCUMENTS) {
          throw new RefusedException(
              "TooLarge", "'%s' has more than %d documents".formatted(where, MAX_DOCUMENTS));
        }
      }
    } catch (MarkedYAMLException e) {
      throw invalid(where, e.getProblem() + position(e));
    } catch (YAMLException e) {
      throw invalid(where, String.valueOf(e.getMessage()));
    }
    return documents;
  }

  private static String position(MarkedYAMLException e) {
    return e.getProblemMark() == null ? "" : " in line " + (e.getProblemMark().getLine() + 1);
  }

  private static RefusedException invalid(String where, String problem) {
    return new RefusedException(
        "InvalidYaml", "'%s' cannot be read as YAML: %s".formatted(where, problem));
  }

  /** Knows nulls and merge keys, and takes everything else as the text it is. */
  private static final class TextResolver extends Resolver {
    @Override
    protected void addImplicitResolvers() {
      addImplicitResolver(Tag.MERGE, MERGE, "<");
      addImplicitResolver(Tag.NULL, NULL, "~nN\0");
      addImplicitResolver(Tag.NULL, Pattern.compile("^$"), null);
    }
  }
}
