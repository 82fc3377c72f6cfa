package dev.sluice.contract.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlainSelectionTest {

  @Test
  void selectsEveryManifestByDefault() {
    assertThat(selected(PlainOptions.DEFAULT, "a.yaml", "x/b.yml", "x/y/c.json"))
        .containsExactly("a.yaml", "x/b.yml", "x/y/c.json");
    assertThat(
            selected(
                PlainOptions.DEFAULT,
                "README.md",
                "A.YAML",
                ".hidden.yaml",
                ".github/x.yaml",
                "x/.y/z.yaml",
                "kustomization.yaml",
                "x/Kustomization"))
        .isEmpty();
  }

  @Test
  void selectsNoFilesInSubdirectoriesWithoutRecursion() {
    PlainSelection flat = new PlainSelection(new PlainOptions(List.of(), List.of(), false));

    assertThat(flat.selects("a.yaml")).isTrue();
    assertThat(flat.selects("x/a.yaml")).isFalse();
    assertThat(flat.enters("x")).isFalse();
    assertThat(new PlainSelection(PlainOptions.DEFAULT).enters("x/y")).isTrue();
    assertThat(new PlainSelection(PlainOptions.DEFAULT).enters("x/.git")).isFalse();
  }

  @Test
  void globsMatchTheWholePath() {
    assertThat(including("*.yaml", "a.yaml", "x/a.yaml")).containsExactly("a.yaml");
    assertThat(including("**/a.yaml", "a.yaml", "x/a.yaml", "x/y/a.yaml", "x/ba.yaml"))
        .containsExactly("a.yaml", "x/a.yaml", "x/y/a.yaml");
    assertThat(including("x/**", "x/a.txt", "x/y/b", "xa")).containsExactly("x/a.txt", "x/y/b");
    assertThat(including("x/**/a.yaml", "x/a.yaml", "x/y/z/a.yaml", "y/x/a.yaml"))
        .containsExactly("x/a.yaml", "x/y/z/a.yaml");
    assertThat(including("a?.yaml", "ab.yaml", "a.yaml", "a/.yaml")).containsExactly("ab.yaml");
    assertThat(including("a.(b|c)[d]$", "a.(b|c)[d]$", "a.b")).containsExactly("a.(b|c)[d]$");
  }

  @Test
  void excludesApplyToIncludedFiles() {
    PlainOptions options =
        new PlainOptions(List.of("**/*.yaml"), List.of("tests/**", "**/*-test.yaml"), true);

    assertThat(
            selected(
                options, "a.yaml", "x/a.yaml", "tests/a.yaml", "x/a-test.yaml", "x/tests/a.yaml"))
        .containsExactly("a.yaml", "x/a.yaml", "x/tests/a.yaml");
  }

  private static List<String> including(String glob, String... paths) {
    return selected(new PlainOptions(List.of(glob), List.of(), true), paths);
  }

  private static List<String> selected(PlainOptions options, String... paths) {
    PlainSelection selection = new PlainSelection(options);
    return List.of(paths).stream().filter(selection::selects).toList();
  }
}
