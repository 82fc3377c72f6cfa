package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.link;
import static dev.sluice.worker.render.Inputs.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.InputFile;
import java.util.List;
import org.junit.jupiter.api.Test;

class RemoteBasesTest {

  private static final String V1 = ".sluice/bases/git.example+acme+bases@v1";
  private static final String WEB = "https://git.example/acme/bases//web?ref=v1";

  @Test
  void pointsAtTheFilesOfTheTarget() {
    List<InputFile> files =
        RemoteBases.localized(
            List.of(
                text("app/over/kustomization.yaml", "resources: ['%s', a.yaml]".formatted(WEB)),
                text("app/over/a.yaml", "# " + WEB),
                text(V1 + "/web/kustomization.yaml", "resources: []")));

    assertThat(files)
        .containsExactlyInAnyOrder(
            text(
                "app/over/kustomization.yaml", "resources: ['../../%s/web', a.yaml]".formatted(V1)),
            text("app/over/a.yaml", "# " + WEB),
            text(V1 + "/web/kustomization.yaml", "resources: []"));
  }

  @Test
  void aBaseWithAPortMatchesOnlyTheRepositoryWithThatPort() {
    String one = ".sluice/bases/git.example%3A3000+acme+bases@v1";
    String other = ".sluice/bases/git.example%3A4000+acme+bases@v1";
    List<InputFile> files =
        RemoteBases.localized(
            List.of(
                text(
                    "kustomization.yaml",
                    "resources: ['http://git.example:4000/acme/bases//web?ref=v1']"),
                text(one + "/web/kustomization.yaml", "resources: []"),
                text(other + "/web/kustomization.yaml", "resources: []")));

    assertThat(files)
        .contains(text("kustomization.yaml", "resources: ['%s/web']".formatted(other)));
  }

  @Test
  void aTargetOfAnEarlierVersionIsRenderedAsItWas() {
    List<InputFile> files =
        RemoteBases.localized(
            List.of(
                text(
                    "kustomization.yaml",
                    "resources: ['http://git.example:3000/Acme/Bases//web?ref=v1']"),
                text(V1 + "/web/kustomization.yaml", "resources: []")));

    assertThat(files).contains(text("kustomization.yaml", "resources: ['%s/web']".formatted(V1)));
  }

  @Test
  void aBaseOfABaseIsFoundFromThere() {
    String other = ".sluice/bases/git.example+acme+other@v2";
    List<InputFile> files =
        RemoteBases.localized(
            List.of(
                text("kustomization.yaml", "resources: ['%s']".formatted(WEB)),
                text(
                    V1 + "/web/kustomization.yaml",
                    "resources: ['git@git.example:acme/other?ref=v2']"),
                text(other + "/kustomization.yaml", "resources: []")));

    assertThat(files)
        .contains(
            text("kustomization.yaml", "resources: ['%s/web']".formatted(V1)),
            text(V1 + "/web/kustomization.yaml", "resources: ['../../git.example+acme+other@v2']"));
  }

  @Test
  void aSingleFileIsCopiedBesideTheKustomizationThatNamesIt() {
    List<InputFile> files =
        RemoteBases.localized(
            List.of(
                text("app/kustomization.yaml", "resources: ['%s']".formatted(raw("a.yaml"))),
                text(V1 + "/a.yaml", "kind: A")));

    assertThat(files)
        .containsExactlyInAnyOrder(
            text("app/kustomization.yaml", "resources: ['%s/a.yaml']".formatted(V1)),
            text("app/" + V1 + "/a.yaml", "kind: A"),
            text(V1 + "/a.yaml", "kind: A"));
  }

  @Test
  void aLinkedKustomizationHasItsOwnPathToABase() {
    List<InputFile> files =
        RemoteBases.localized(
            List.of(
                link("app/over/kustomization.yaml", "../../shared.yaml"),
                text("shared.yaml", "resources: ['%s']".formatted(WEB)),
                text(V1 + "/web/kustomization.yaml", "resources: []")));

    assertThat(files)
        .contains(
            text("app/over/kustomization.yaml", "resources: ['../../%s/web']".formatted(V1)),
            text("shared.yaml", "resources: ['%s']".formatted(WEB)));
  }

  @Test
  void basesMissingInTheTargetStayRemote() {
    List<InputFile> files =
        List.of(
            text("kustomization.yaml", "resources: ['%s']".formatted(WEB.replace("v1", "v2"))),
            text(V1 + "/web/kustomization.yaml", "resources: []"));

    assertThat(RemoteBases.localized(files)).containsExactlyInAnyOrderElementsOf(files);
  }

  private static String raw(String path) {
    return "https://git.example/acme/bases/raw/v1/" + path;
  }
}
