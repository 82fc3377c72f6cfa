package dev.sluice.contract.fleet;

import dev.sluice.contract.name.ProgramArgument;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a kustomization's {@code helmCharts} and {@code helmGlobals}, which kustomize puts
 * on helm's command line unchanged. Fields without a rule here are refused, because a later
 * kustomize may put them there too.
 *
 * @see <a
 *     href="https://github.com/kubernetes-sigs/kustomize/blob/master/api/types/helmchartargs.go">
 *     kustomize: HelmChart</a>
 */
public final class HelmChartFields {

  public static final String CHARTS = "helmCharts";
  public static final String GLOBALS = "helmGlobals";

  /** The form of kustomize 3, which kustomize reads as charts and globals. */
  public static final String OLD_CHARTS = "helmChartInflationGenerator";

  /** The words that kustomize's YAML parser reads as true or false. */
  private static final Set<String> FLAGS =
      Set.of("true", "false", "yes", "no", "on", "off", "y", "n");

  private static final Map<String, Rule> CHART =
      Map.ofEntries(
          Map.entry("name", new Rule.Text(ProgramArgument.CHART_NAME)),
          Map.entry("version", new Rule.Text(ProgramArgument.CHART_VERSION)),
          Map.entry("repo", new Rule.Text(ProgramArgument.CHART_REPOSITORY)),
          Map.entry("releaseName", new Rule.Text(ProgramArgument.RELEASE_NAME)),
          Map.entry("namespace", new Rule.Text(ProgramArgument.NAMESPACE)),
          // helm runs it as a template, which may read environment variables and query name servers
          Map.entry("nameTemplate", new Rule.Text(ProgramArgument.RELEASE_NAME)),
          Map.entry("valuesFile", new Rule.Text(ProgramArgument.FILE)),
          Map.entry("additionalValuesFiles", new Rule.Texts(ProgramArgument.FILE)),
          Map.entry("apiVersions", new Rule.Texts(ProgramArgument.API_VERSION)),
          Map.entry("kubeVersion", new Rule.Text(ProgramArgument.KUBE_VERSION)),
          Map.entry("valuesInline", new Rule.Mapping()),
          Map.entry("valuesMerge", new Rule.OneOf(Set.of("merge", "override", "replace"))),
          Map.entry("includeCRDs", new Rule.Flag()),
          Map.entry("skipHooks", new Rule.Flag()),
          Map.entry("skipTests", new Rule.Flag()),
          Map.entry("debug", new Rule.Flag()),
          Map.entry("devel", new Rule.Flag()));

  private static final Map<String, Rule> GLOBAL =
      Map.of("chartHome", new Rule.Text(ProgramArgument.FILE), "configHome", new Rule.Refused());

  private HelmChartFields() {}

  /** The permitted values of a field. */
  private sealed interface Rule {

    record Text(ProgramArgument argument) implements Rule {}

    record Texts(ProgramArgument argument) implements Rule {}

    record OneOf(Set<String> values) implements Rule {}

    record Flag() implements Rule {}

    record Mapping() implements Rule {}

    record Refused() implements Rule {}
  }

  /** Returns the names of all fields of an entry of {@code helmCharts}. */
  public static Set<String> names() {
    return CHART.keySet();
  }

  /** Returns whether a kustomization renders any chart. */
  public static boolean areIn(Map<?, ?> kustomization) {
    return named(kustomization, CHARTS).stream()
            .anyMatch(charts -> !(charts instanceof List<?> list && list.isEmpty()))
        || !named(kustomization, OLD_CHARTS).isEmpty();
  }

  /**
   * Returns the first problem with the charts of a kustomization: the field and what it must be,
   * without its value.
   *
   * @param kustomization a document of maps, lists, texts, booleans and numbers; the case of its
   *     field names is ignored, as kustomize does
   */
  public static Optional<String> problem(Map<?, ?> kustomization) {
    if (!named(kustomization, OLD_CHARTS).isEmpty()) {
      return Optional.of(OLD_CHARTS + " is a form that kustomize itself deprecates: use " + CHARTS);
    }
    List<Object> charts = named(kustomization, CHARTS);
    List<Object> globals = named(kustomization, GLOBALS);
    if (charts.size() > 1 || globals.size() > 1) {
      return Optional.of("%s and %s must be given once".formatted(CHARTS, GLOBALS));
    }
    return globals.stream()
        .map(fields -> problem(GLOBALS, fields, GLOBAL))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> charts.stream().findFirst().flatMap(HelmChartFields::problemOfCharts));
  }

  private static Optional<String> problemOfCharts(Object charts) {
    if (!(charts instanceof List<?> list)) {
      return Optional.of(CHARTS + " must be a list");
    }
    return IntStream.range(0, list.size())
        .mapToObj(i -> problem("%s[%d]".formatted(CHARTS, i), list.get(i), CHART))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> problem(String where, Object fields, Map<String, Rule> rules) {
    if (!(fields instanceof Map<?, ?> map)) {
      return Optional.of(where + " must be a mapping");
    }
    Set<String> seen = new HashSet<>();
    for (Map.Entry<?, ?> field : map.entrySet()) {
      String written = String.valueOf(field.getKey());
      Optional<String> name = rules.keySet().stream().filter(written::equalsIgnoreCase).findFirst();
      if (name.isEmpty()) {
        return Optional.of(
            "%s has a field that is none of %s"
                .formatted(where, rules.keySet().stream().sorted().toList()));
      }
      if (!seen.add(name.get())) {
        return Optional.of("%s.%s must be given once".formatted(where, name.get()));
      }
      Optional<String> problem =
          Optional.ofNullable(field.getValue())
              .flatMap(value -> problem(value, Objects.requireNonNull(rules.get(name.get()))));
      if (problem.isPresent()) {
        return Optional.of("%s.%s %s".formatted(where, name.get(), problem.get()));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> problem(Object value, Rule rule) {
    return switch (rule) {
      case Rule.Text(ProgramArgument argument) -> text(value, argument);
      case Rule.Texts(ProgramArgument argument) ->
          value instanceof List<?> list
              ? list.stream()
                  .map(element -> text(element, argument))
                  .flatMap(Optional::stream)
                  .findFirst()
              : Optional.of("must be a list");
      case Rule.OneOf(Set<String> values) ->
          value instanceof String text && values.contains(text)
              ? Optional.empty()
              : Optional.of("must be one of " + values.stream().sorted().toList());
      case Rule.Flag() ->
          FLAGS.contains(String.valueOf(value).toLowerCase(Locale.ROOT))
              ? Optional.empty()
              : Optional.of("must be true or false");
      case Rule.Mapping() ->
          value instanceof Map ? Optional.empty() : Optional.of("must be a mapping");
      case Rule.Refused() ->
          Optional.of("is not supported: rendering knows no Helm configuration, take it out");
    };
  }

  private static Optional<String> text(@Nullable Object value, ProgramArgument argument) {
    if (!(value instanceof String text)) {
      return Optional.of("must be text: write it in quotes");
    }
    return text.isEmpty() ? Optional.empty() : argument.problem(text);
  }

  private static List<Object> named(Map<?, ?> fields, String name) {
    List<Object> values = new ArrayList<>();
    fields.forEach(
        (key, value) -> {
          if (value != null && key instanceof String text && text.equalsIgnoreCase(name)) {
            values.add(value);
          }
        });
    return values;
  }
}
