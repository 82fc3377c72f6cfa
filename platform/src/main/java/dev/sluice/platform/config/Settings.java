package dev.sluice.platform.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.FileScalars;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlTrees;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads settings from the command line, the environment and a YAML file, in this order of
 * precedence, and reports all problems at once. Unknown keys and variables are problems too.
 */
public final class Settings {

  private final List<Setting<?>> wanted;
  private final Set<String> known;

  /**
   * Creates a reader.
   *
   * @param wanted the settings to read
   * @param known all settings of Sluice: the environment and the file may be shared with other
   *     components
   */
  public Settings(List<Setting<?>> wanted, List<Setting<?>> known) {
    this.wanted = List.copyOf(wanted);
    Set<String> names = new HashSet<>();
    known.forEach(setting -> names.add(setting.name()));
    wanted.forEach(setting -> names.add(setting.name()));
    this.known = Set.copyOf(names);
  }

  /**
   * Reads the values.
   *
   * @param options the options on the command line, by setting name
   * @param environment all variables; those that do not begin with {@code SLUICE_} are ignored
   * @throws ConfigurationException with every problem
   */
  public SettingValues read(
      Map<String, List<String>> options, Map<String, String> environment, Optional<Path> file) {
    List<ConfigurationException.Problem> problems = new ArrayList<>();
    Map<String, Given> given = new HashMap<>();
    file.ifPresent(path -> given.putAll(fromFile(path, problems)));
    given.putAll(fromEnvironment(environment, problems));
    options.forEach((name, values) -> given.put(name, new Given("--" + name, values)));

    Map<String, Object> values = new HashMap<>();
    for (Setting<?> setting : wanted) {
      value(setting, Optional.ofNullable(given.get(setting.name())), problems)
          .ifPresent(value -> values.put(setting.name(), value));
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return new SettingValues(values, given.keySet());
  }

  private static Optional<Object> value(
      Setting<?> setting, Optional<Given> given, List<ConfigurationException.Problem> problems) {
    if (given.isEmpty() && setting.required()) {
      problems.add(
          new ConfigurationException.Problem(
              setting.option(),
              "required (%s; or variable %s, or key '%s' in the file): %s"
                  .formatted(
                      setting.label(), setting.variable(), setting.name(), setting.description())));
      return Optional.empty();
    }
    List<String> texts =
        given.map(Given::values).orElseGet(() -> setting.fallback().stream().toList());
    String where = given.map(Given::where).orElse(setting.option());
    try {
      return Optional.of(setting.parser().apply(texts));
    } catch (IllegalArgumentException e) {
      problems.add(new ConfigurationException.Problem(where, String.valueOf(e.getMessage())));
      return Optional.empty();
    }
  }

  private Map<String, Given> fromEnvironment(
      Map<String, String> environment, List<ConfigurationException.Problem> problems) {
    Map<String, String> byVariable = new HashMap<>();
    known.forEach(
        name -> byVariable.put("SLUICE_" + name.toUpperCase(Locale.ROOT).replace('-', '_'), name));
    Map<String, Given> given = new HashMap<>();
    new TreeMap<>(environment)
        .forEach(
            (variable, value) -> {
              if (!variable.startsWith("SLUICE_")) {
                return;
              }
              String name = byVariable.get(variable);
              if (name == null) {
                problems.add(
                    new ConfigurationException.Problem(
                        variable, "unknown variable; see sluice --help"));
              } else {
                given.put(name, new Given(variable, valuesOf(name, value)));
              }
            });
    return given;
  }

  private List<String> valuesOf(String name, String value) {
    boolean many =
        wanted.stream().anyMatch(setting -> setting.name().equals(name) && setting.many());
    return many
        ? Arrays.stream(value.split(";")).map(String::strip).filter(v -> !v.isEmpty()).toList()
        : List.of(value);
  }

  private Map<String, Given> fromFile(Path file, List<ConfigurationException.Problem> problems) {
    Map<String, Given> given = new HashMap<>();
    JsonNode root;
    try {
      YamlTrees trees =
          new YamlTrees(Files.readString(file), new FileScalars(), Allowance.ofFile());
      root = trees.next().map(YamlTrees.Document::content).orElse(NullNode.getInstance());
      refuseMore(trees, file, problems);
    } catch (YamlException e) {
      problems.add(
          new ConfigurationException.Problem(file.toString(), "not valid YAML: " + e.located()));
      return given;
    } catch (CharacterCodingException e) {
      problems.add(new ConfigurationException.Problem(file.toString(), "is not UTF-8"));
      return given;
    } catch (IOException e) {
      problems.add(new ConfigurationException.Problem(file.toString(), "cannot be read: " + e));
      return given;
    }
    if (root.isNull()) {
      return given;
    }
    if (!root.isObject()) {
      problems.add(
          new ConfigurationException.Problem(file.toString(), "expected a map of settings"));
      return given;
    }
    root.properties()
        .forEach(
            entry -> {
              String where = file + ": " + entry.getKey();
              if (!known.contains(entry.getKey())) {
                problems.add(
                    new ConfigurationException.Problem(
                        where, "unknown setting; see sluice --help"));
              } else {
                texts(entry.getValue())
                    .ifPresentOrElse(
                        texts -> given.put(entry.getKey(), new Given(where, texts)),
                        () ->
                            problems.add(
                                new ConfigurationException.Problem(
                                    where, "expected a value, or a list of values or maps")));
              }
            });
    return given;
  }

  /** Refuses further documents, which would otherwise be ignored, unless they are empty. */
  private static void refuseMore(
      YamlTrees trees, Path file, List<ConfigurationException.Problem> problems) {
    for (var next = trees.next(); next.isPresent(); next = trees.next()) {
      if (!next.get().content().isNull()) {
        problems.add(
            new ConfigurationException.Problem(
                file.toString(),
                "line %d: a second YAML document begins here: put all settings into one document, without '---' between them"
                    .formatted(next.get().line())));
        return;
      }
    }
  }

  /** Returns the texts of a scalar, or of a list of scalars or flat maps ({@code k=v,k=v}). */
  private static Optional<List<String>> texts(JsonNode node) {
    if (!node.isArray()) {
      return text(node).map(List::of);
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode item : node) {
      Optional<String> text = text(item);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      texts.add(text.get());
    }
    return Optional.of(List.copyOf(texts));
  }

  private static Optional<String> text(JsonNode node) {
    if (node.isValueNode() && !node.isNull()) {
      return Optional.of(node.asText());
    }
    if (!node.isObject()) {
      return Optional.empty();
    }
    List<String> pairs = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (entry.getValue().isArray()) {
        for (JsonNode item : entry.getValue()) {
          pairs.add(entry.getKey() + "=" + item.asText());
        }
      } else if (entry.getValue().isValueNode()) {
        pairs.add(entry.getKey() + "=" + entry.getValue().asText());
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(String.join(",", pairs));
  }

  private record Given(String where, List<String> values) {}
}
