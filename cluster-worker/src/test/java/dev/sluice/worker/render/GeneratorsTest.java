package dev.sluice.worker.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.SourceType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Charts that are rendered twice, since their values may differ at each rendering. */
class GeneratorsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "at: {{ now | date \"2006-01-02\" }}",
        "at: {{ now }}",
        "at: {{- now | unixEpoch | quote }}",
        "at: {{ date \"2006-01-02\" now }}",
        "at: {{ unixEpoch now | quote }}",
        "at: {{ $at := list\n  now }}",
        "at: {{ ago .Values.since }}",
        "password: {{ randAlphaNum 20 | b64enc }}",
        "{{- range $key := keys .Values.all }}{{ $key }}{{ end }}",
        "{{- $ca := genCA \"ca\" 365 }}",
      })
  void aTemplateThatGeneratesAValueIsRenderedAgain(String template) throws Exception {
    assertThat(mayGenerate(template)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "about: the time is now",
        "# set it now: {{ .Values.now }}",
        "at: {{ .Values.known }} now {{ .Values.other }}",
        "values: {{ .Values.keys }}",
        "keys: [a, b]",
      })
  void otherTemplatesAreRenderedOnce(String template) throws Exception {
    assertThat(mayGenerate(template)).isFalse();
  }

  private static boolean mayGenerate(String template) throws Exception {
    return Generators.mayBeIn(
        Inputs.of(SourceType.HELM, "app", Inputs.text("app/templates/a.yaml", template)));
  }
}
