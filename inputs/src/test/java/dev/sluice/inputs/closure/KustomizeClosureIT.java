package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.Origin.Content;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.FileMode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Building from the closure's files alone has the same result as building from the whole checkout.
 */
@Tag("locale")
class KustomizeClosureIT {

  private static final String CHECKOUT_TEXT =
      """
      === README.md
      # not an input
      === apps/other/kustomization.yaml
      resources: [x.yaml]
      === apps/web/base/kustomization.yml
      resources: [deployment.yaml]
      configMapGenerator:
      - name: settings
        envs: [settings.env]
      === apps/web/base/settings.env
      LEVEL=info
      === apps/web/base/unused.yaml
      kind: ConfigMap
      === apps/web/base/deployment.yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 1
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: web}]}
      === shared/component/kustomization.yaml
      apiVersion: kustomize.config.k8s.io/v1alpha1
      kind: Component
      patches:
      - path: labels.yaml
        target: {kind: Deployment}
      === shared/component/labels.yaml
      - op: add
        path: /metadata/labels
        value: {extra: component}
      === apps/web/production/kustomization.yaml
      apiVersion: kustomize.config.k8s.io/v1beta1
      kind: Kustomization
      namePrefix: p-
      resources: [../base, service.yaml]
      components: [shared]
      patches:
      - path: replicas.yaml
      secretGenerator:
      - name: logo
        files: [image=logo.bin, password.txt]
      replacements:
      - path: replacement.yaml
      transformers: [annotations.yaml]
      configurations: [names.yaml]
      === apps/web/production/service.yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {ports: [{port: 80}]}
      === apps/web/production/replicas.yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec: {replicas: 7}
      === apps/web/production/password.txt
      secret
      === apps/web/production/names.yaml
      commonLabels: []
      === apps/web/production/replacement.yaml
      source: {kind: Service, fieldPath: metadata.name}
      targets:
      - select: {kind: Deployment}
        fieldPaths: [spec.template.spec.serviceAccountName]
        options: {create: true}
      === apps/web/production/annotations.yaml
      apiVersion: builtin
      kind: AnnotationsTransformer
      metadata: {name: a}
      annotations: {by: transformer}
      fieldSpecs: [{path: metadata/annotations, create: true}]
      """;

  private static final Map<String, Content> CHECKOUT = checkout();

  @TempDir Path directory;

  @Test
  void rendersTheSameFromTheClosureAlone() throws Exception {
    NeededProgram.check("kustomize", "kubectl");
    SourceTree tree = tree();
    ClosureResult result =
        new ClosureResolver(Remotes.NONE).resolve(tree, spec("apps/web/production"));
    assertThat(result).isInstanceOf(ClosureResult.Resolved.class);
    Closure closure = ((ClosureResult.Resolved) result).closure();
    Path whole = Files.createDirectory(directory.resolve("whole"));
    for (var file : CHECKOUT.entrySet()) {
      write(whole, file.getKey(), file.getValue());
    }

    Path part = Files.createDirectory(directory.resolve("part"));
    for (InputFile file : closure.load(tree)) {
      switch (file) {
        case InputFile.Text text -> write(part, text.path(), Content.file(text.text()));
        case InputFile.Binary binary ->
            write(part, binary.path(), new Content(FileMode.REGULAR_FILE, binary.bytes()));
        case InputFile.Link link -> write(part, link.path(), Content.link(link.target()));
      }
    }

    String rendered = kustomize(whole, "apps/web/production");
    assertThat(rendered)
        .contains("kind: Deployment", "kind: Secret", "extra: component", "replicas: 7");
    assertThat(kustomize(part, "apps/web/production")).isEqualTo(rendered);
    assertThat(closure.entries()).hasSizeLessThan(CHECKOUT.size());

    // and every entry is needed
    for (ClosureEntry entry : closure.entries()) {
      Path file = part.resolve(entry.path());
      Path aside = directory.resolve("aside");
      Files.move(file, aside);
      assertThat(exitOf(part, "apps/web/production")).as(entry.path()).isNotZero();
      Files.move(aside, file);
    }
  }

  private SourceTree tree() throws IOException {
    try (Origin origin = new Origin(directory.resolve("origin.git"))) {
      CommitId commit = origin.commit(CHECKOUT);
      origin.set(GitRef.branch("main"), commit);
      SourceSpec source = origin.source("");
      Mirrors mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
      mirrors.fetch(source, source.ref(), Optional.of(commit));
      return mirrors.tree(source.repository(), commit);
    }
  }

  private static SourceSpec spec(String path) {
    return new SourceSpec(
        new RepositoryId("localhost/o/r"),
        "file:///o/r",
        Optional.empty(),
        Optional.empty(),
        GitRef.branch("main"),
        path,
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  private static Map<String, Content> checkout() {
    Map<String, Content> files = new TreeMap<>();
    for (String document : CHECKOUT_TEXT.split("(?m)^=== ", -1)) {
      if (!document.isBlank()) {
        String[] parts = document.split("\n", 2);
        files.put(parts[0].strip(), Content.file(parts[1]));
      }
    }
    files.put("apps/web/production/shared", Content.link("../../../shared/component"));
    files.put(
        "apps/web/production/logo.bin",
        new Content(FileMode.REGULAR_FILE, new byte[] {(byte) 0xff, 0, 1}));
    return files;
  }

  private static void write(Path root, String path, Content content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    if (content.mode() == FileMode.SYMLINK) {
      Files.createSymbolicLink(file, Path.of(new String(content.bytes(), StandardCharsets.UTF_8)));
    } else {
      Files.write(file, content.bytes());
    }
  }

  private String kustomize(Path root, String path) throws Exception {
    assertThat(exitOf(root, path)).as(() -> errors()).isZero();
    return Files.readString(directory.resolve("out"));
  }

  private String errors() {
    try {
      return Files.readString(directory.resolve("err"));
    } catch (IOException e) {
      return "no error output";
    }
  }

  private int exitOf(Path root, String path) throws Exception {
    Process process =
        new ProcessBuilder(Rendering.kustomize(path))
            .directory(root.toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
