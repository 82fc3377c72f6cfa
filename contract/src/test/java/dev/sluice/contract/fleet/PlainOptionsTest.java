package dev.sluice.contract.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainOptionsTest {

  @ParameterizedTest
  @CsvSource({
    "*.yaml,       a.yaml,       true",
    "*.yaml,       sub/a.yaml,   false",
    "**/*.yaml,    a.yaml,       true",
    "**/*.yaml,    x/y/a.yaml,   true",
    "x/**/a.yaml,  x/a.yaml,     true",
    "x/**/a.yaml,  x/y/z/a.yaml, true",
    "x/**/a.yaml,  xy/a.yaml,    false",
    "x/**,         x/y/z,        true",
    "x/**,         xy/z,         false",
    "?.yaml,       a.yaml,       true",
    "?.yaml,       /.yaml,       false",
    "a.yaml,       aXyaml,       false",
    "[ab].yaml,    a.yaml,       false",
    "'{a,b}.yaml', a.yaml,       false",
    "'a(b.yaml',   'a(b.yaml',   true",
  })
  void includes(String glob, String path, boolean selected) {
    assertThat(new PlainOptions(List.of(glob), List.of(), true).selects(path)).isEqualTo(selected);
  }

  @Test
  void takesYamlAndJsonUnlessToldOtherwise() {
    assertThat(List.of("a.yaml", "sub/a.YML", "b.json")).allMatch(PlainOptions.DEFAULT::selects);
    assertThat(List.of("README.md", "yaml", "a.yaml.bak")).noneMatch(PlainOptions.DEFAULT::selects);
  }

  @Test
  void excludesFromWhatIsIncluded() {
    PlainOptions options = new PlainOptions(List.of(), List.of("**/test-*.yaml"), true);

    assertThat(options.selects("a.yaml")).isTrue();
    assertThat(options.selects("test-a.yaml")).isFalse();
    assertThat(options.selects("sub/test-a.yaml")).isFalse();
  }

  @Test
  void staysInTheDirectoryWhereItIsNotToRecurse() {
    PlainOptions options = new PlainOptions(List.of("**"), List.of(), false);

    assertThat(options.selects("a.txt")).isTrue();
    assertThat(options.selects("sub/a.yaml")).isFalse();
  }
}
