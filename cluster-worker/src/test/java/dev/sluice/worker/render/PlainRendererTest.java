package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.link;
import static dev.sluice.worker.render.Inputs.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.worker.sandbox.RenderException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlainRendererTest {

  private final PlainRenderer renderer = new PlainRenderer();

  @Test
  void takesManifestFilesInPathOrder() throws Exception {
    RenderResult result =
        renderer.render(
            Inputs.of(
                SourceType.PLAIN,
                "app",
                text("app/z.yml", "z"),
                text("app/README.md", "no"),
                text("app/a.yaml", "a"),
                text("app/sub/m.json", "m"),
                text("application/x.yaml", "not below app")));

    assertThat(result.parts())
        .extracting(RenderResult.Part::source)
        .containsExactly("app/a.yaml", "app/sub/m.json", "app/z.yml");
    assertThat(result.renderer()).isEqualTo("plain");
  }

  @Test
  void takesASingleFile() throws Exception {
    assertThat(
            renderer
                .render(Inputs.of(SourceType.PLAIN, "app/a.yaml", text("app/a.yaml", "a")))
                .parts())
        .hasSize(1);
  }

  @Test
  void readsLinksToFilesOnce() throws Exception {
    RenderResult result =
        renderer.render(
            Inputs.of(
                SourceType.PLAIN,
                "app",
                text("app/a.yaml", "a"),
                link("app/again.yaml", "a.yaml"),
                link("app/shared.yaml", "../shared/s.txt"),
                text("shared/s.txt", "s")));

    assertThat(result.parts())
        .containsExactly(
            new RenderResult.Part("app/a.yaml", "a\n"),
            new RenderResult.Part("app/shared.yaml", "s\n"));
  }

  @Test
  void rendersTheSelectedFiles() throws Exception {
    RenderOptions options =
        new RenderOptions(
            new PlainOptions(List.of("**/*.yaml", "*.txt"), List.of("sub/draft-*"), true),
            HelmOptions.DEFAULT,
            Customization.NONE);

    RenderResult result =
        renderer.render(
            Inputs.of(
                SourceType.PLAIN,
                "app",
                options,
                text("app/a.txt", "a"),
                text("app/b.json", "b"),
                text("app/sub/c.yaml", "c"),
                text("app/sub/draft-c.yaml", "c")));

    assertThat(result.parts())
        .extracting(RenderResult.Part::source)
        .containsExactly("app/a.txt", "app/sub/c.yaml");
  }

  @Test
  void entersLinkedDirectories() throws Exception {
    RenderResult result =
        renderer.render(
            Inputs.of(
                SourceType.PLAIN,
                "app",
                text("app/a.yaml", "a"),
                link("app/common", "../shared"),
                link("shared/more", "deep/down"),
                text("shared/s.yaml", "s"),
                text("shared/deep/down/d.yaml", "d")));

    assertThat(result.parts())
        .extracting(RenderResult.Part::source)
        .containsExactly("app/a.yaml", "app/common/deep/down/d.yaml", "app/common/s.yaml");
  }

  @Test
  void refusesDirectoriesThatContainThemselves() {
    RenderException refusal =
        catchThrowableOfType(
            RenderException.class,
            () ->
                renderer.render(
                    Inputs.of(
                        SourceType.PLAIN, "app", text("app/a.yaml", "a"), link("app/again", "."))));

    assertThat(refusal.failure().code()).isEqualTo(SourceFailure.BROKEN_LINK);
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("UnsafePath", link("app/a.yaml", "../../etc/passwd")),
        Arguments.of("UnsafePath", link("app/a.yaml", "/etc/passwd")),
        Arguments.of(
            "LargeFile",
            text("app/a.yaml", "version https://git-lfs.github.com/spec/v1", "oid sha256:4d7a")),
        Arguments.of("BrokenLink", link("app/a.yaml", "gone.yaml")),
        Arguments.of("BrokenLink", link("app/a.yaml", "a.yaml")),
        Arguments.of("NotText", new InputFile.Binary("app/a.yaml", false, new byte[] {-1})));
  }

  @ParameterizedTest
  @MethodSource
  void refused(FailureCode code, InputFile file) {
    RenderException refusal =
        catchThrowableOfType(
            RenderException.class, () -> renderer.render(Inputs.of(SourceType.PLAIN, "app", file)));

    assertThat(refusal.failure().code()).isEqualTo(code);
    assertThat(refusal.failure().message()).contains("app/a.yaml");
    assertThat(refusal.remedy()).isNotEqualTo(RenderException.Remedy.TIME);
  }
}
