package dev.sluice.inputs.closure;

import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Repositories with all kinds of files that kustomizations and charts can read. */
final class GoldenTrees {

  private static final String MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n";

  private GoldenTrees() {}

  static SourceSpec source(String path, String... values) {
    return new SourceSpec(
        RandomRepository.REPOSITORY,
        "https://forge.example/o/r",
        Optional.empty(),
        Optional.empty(),
        RandomRepository.MAIN,
        path,
        Optional.empty(),
        Optional.empty(),
        new RenderOptions(
            PlainOptions.DEFAULT,
            new HelmOptions(Optional.empty(), List.of(values), Optional.empty(), Map.of(), true),
            Customization.NONE));
  }

  static MemoryTree kustomization() {
    return MemoryTree.empty()
        .file("README.md", "not an input")
        .file("apps/web/base/kustomization.yml", "resources: [deployment.yaml]\n")
        .file(
            "apps/web/base/deployment.yaml",
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: web}]}
            """)
        .file("apps/web/base/unused.yaml", MAP.formatted("unused"))
        .file(
            "component/Kustomization",
            """
            apiVersion: kustomize.config.k8s.io/v1alpha1
            kind: Component
            patches: [{path: patch.yaml, target: {kind: Deployment}}]
            components: [deeper]
            """)
        .file(
            "component/patch.yaml",
            "- {op: add, path: /metadata/labels, value: {from: component}}\n")
        .file(
            "component/deeper/kustomization.yaml",
            """
            apiVersion: kustomize.config.k8s.io/v1alpha1
            kind: Component
            components: [deepest]
            """)
        .file(
            "component/deeper/deepest/kustomization.yaml",
            """
            apiVersion: kustomize.config.k8s.io/v1alpha1
            kind: Component
            namePrefix: deep-
            """)
        .file(
            "apps/web/production/kustomization.yaml",
            """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources: [../base, extra.yaml, crd-user.yaml]
            components: [../../../component]
            patches:
            - path: merge.yaml
            - patch: '- {op: add, path: /spec/replicas, value: 2}'
              target: {kind: Deployment}
            patchesStrategicMerge: [old-merge.yaml]
            patchesJson6902: [{target: {kind: Deployment, version: v1, group: apps, name: web}, path: json.yaml}]
            configMapGenerator: [{name: generated, files: [one.txt, two=two.txt], envs: [settings.env]}]
            secretGenerator: [{name: secret, env: secret.env, files: [logo.bin]}]
            replacements: [{path: replacement.yaml}]
            configurations: [names.yaml]
            crds: [crd.json]
            openapi: {path: schema.json}
            transformers: [labels.yaml, more]
            generators: [generator.yaml]
            """)
        .file(
            "apps/web/production/more/kustomization.yaml", "resources: [prefix.yaml, ../deeper]\n")
        .file(
            "apps/web/production/more/prefix.yaml",
            """
            apiVersion: builtin
            kind: PrefixTransformer
            metadata: {name: prefix}
            prefix: more-
            fieldSpecs: [{path: metadata/name}]
            """)
        .file("apps/web/production/deeper/kustomization.yaml", "resources: [patch.yaml]\n")
        .file(
            "apps/web/production/deeper/patch.yaml",
            """
            apiVersion: builtin
            kind: PatchTransformer
            metadata: {name: patch}
            path: of-the-outer.yaml
            target: {kind: Deployment}
            """)
        .file(
            "apps/web/production/of-the-outer.yaml",
            "- {op: add, path: /metadata/labels, value: {from: directory}}\n")
        .file("apps/web/production/extra.yaml", MAP.formatted("extra"))
        .file("apps/web/production/crd-user.yaml", MAP.formatted("user"))
        .file(
            "apps/web/production/merge.yaml",
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {a: b}}}\n")
        .file(
            "apps/web/production/old-merge.yaml",
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {c: d}}}\n")
        .file(
            "apps/web/production/json.yaml", "- {op: add, path: /spec/minReadySeconds, value: 5}\n")
        .file("apps/web/production/one.txt", "1")
        .file("apps/web/production/two.txt", "2")
        .file("apps/web/production/settings.env", "A=B\n")
        .file("apps/web/production/secret.env", "C=D\n")
        .file("apps/web/production/logo.bin", "logo")
        .file(
            "apps/web/production/replacement.yaml",
            """
            source: {kind: ConfigMap, name: extra, fieldPath: metadata.name}
            targets: [{select: {kind: ConfigMap, name: user}, fieldPaths: [metadata.annotations.x], options: {create: true}}]
            """)
        .file(
            "apps/web/production/names.yaml",
            "nameReference: [{kind: ConfigMap, fieldSpecs: [{kind: Thing, path: spec/map}]}]\n")
        .file("apps/web/production/crd.json", "{}\n")
        .file("apps/web/production/schema.json", "{\"definitions\": {}}\n")
        .file(
            "apps/web/production/labels.yaml",
            """
            apiVersion: builtin
            kind: LabelTransformer
            metadata: {name: labels}
            labels: {x: y}
            fieldSpecs: [{path: metadata/labels, create: true}]
            """)
        .file(
            "apps/web/production/generator.yaml",
            """
            apiVersion: builtin
            kind: ConfigMapGenerator
            metadata: {name: by-plugin}
            files: [three.txt]
            """)
        .file("apps/web/production/three.txt", "3")
        .file("apps/linked/kustomization.yaml", "resources: [base, map.yaml]\n")
        .link("apps/linked/base", "../web/base")
        .file("apps/linked/files/map.yaml", MAP.formatted("linked"))
        .link("apps/linked/map.yaml", "files/map.yaml");
  }

  /**
   * An application of three repositories: {@link #kustomization}, {@link #chart} and {@link
   * #values}, from which the chart takes values.
   */
  static List<SourceSpec> severalSources() {
    SourceSpec values = source("web");
    return List.of(
        source("apps/web/production"),
        source("charts/web", "$config/current.yaml", "../../environments/p.yaml"),
        new SourceSpec(
            values.repository(),
            values.url(),
            values.credentials(),
            Optional.empty(),
            values.ref(),
            values.path(),
            Optional.of(SourceType.VALUES),
            Optional.of("config"),
            values.options()));
  }

  static MemoryTree values() {
    return MemoryTree.empty()
        .link("web/current.yaml", "production.yaml")
        .file("web/production.yaml", "colour: green\n")
        .file("web/staging.yaml", "colour: grey\n")
        .file("other.yaml", "colour: white\n");
  }

  static MemoryTree kustomizedCharts() {
    return MemoryTree.empty()
        .file(
            "apps/charts/kustomization.yaml",
            """
            helmGlobals: {chartHome: vendor}
            helmCharts:
            - {name: web, valuesFile: web.yaml, additionalValuesFiles: [more.yaml]}
            - {name: apart, version: 1.2.0, repo: 'https://charts.example', includeCRDs: true}
            - {name: apart, repo: 'https://charts.example', releaseName: again, valuesInline: {a: b}}
            """)
        .file("apps/charts/web.yaml", "colour: blue\n")
        .file("apps/charts/more.yaml", "size: large\n")
        .file("apps/charts/unused.yaml", "size: small\n")
        .file("apps/charts/vendor/unused/Chart.yaml", "name: unused\nversion: 1.0.0\n")
        .file("apps/charts/vendor/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n")
        .file("apps/charts/vendor/web/values.yaml", "colour: none\n")
        .file("apps/charts/vendor/web/templates/map.yaml", MAP.formatted("web"))
        .file(
            "apps/charts/vendor/apart-1.2.0/apart/Chart.yaml",
            "apiVersion: v2\nname: apart\nversion: 1.2.0\n")
        .file("apps/charts/vendor/apart-1.2.0/apart/values.yaml", "{}\n")
        .file("apps/charts/vendor/apart-1.2.0/apart/.helmignore", "values.yaml\nREADME.md\n")
        .file("apps/charts/vendor/apart-1.2.0/apart/README.md", "not loaded")
        .file("apps/charts/vendor/apart-1.2.0/apart/crds/crd.yaml", MAP.formatted("crd"))
        .file("apps/charts/vendor/apart-1.2.0/apart/templates/map.yaml", MAP.formatted("apart"))
        .file(
            "apps/charts/vendor/apart/Chart.yaml", "apiVersion: v2\nname: apart\nversion: 1.2.0\n")
        .file("apps/charts/vendor/apart/values.yaml", "{}\n")
        .file("apps/charts/vendor/apart/templates/map.yaml", MAP.formatted("again"))
        .file("apps/linked-charts/kustomization.yaml", "helmCharts: [{name: web}]\n")
        .link("apps/linked-charts/charts", "local")
        .file(
            "apps/linked-charts/local/web/Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\n")
        .file("apps/linked-charts/local/web/values.yaml", "colour: none\n")
        .file("apps/linked-charts/local/web/templates/map.yaml", MAP.formatted("linked"));
  }

  static MemoryTree chart() {
    return MemoryTree.empty()
        .file("environments/p.yaml", "colour: blue\n")
        .file("environments/other.yaml", "colour: red\n")
        .file("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n")
        .file("charts/web/values.yaml", "colour: none\n")
        .file("charts/web/values.schema.json", "{\"type\": \"object\"}\n")
        .file("charts/web/.helmignore", "*.md\nignored/\n")
        .file("charts/web/README.md", "not loaded")
        .file("charts/web/ignored/file", "not loaded")
        .file("charts/web/crds/crd.yaml", MAP.formatted("crd"))
        .file("charts/web/files/text", "text")
        .file(
            "charts/web/templates/map.yaml",
            MAP.formatted("web") + "data: {a: {{ .Files.Get \"files/text\" | quote }}}\n")
        .link("charts/web/templates/shared.yaml", "../../../environments/template.yaml")
        .file("environments/template.yaml", MAP.formatted("shared"))
        .file("charts/web/templates/NOTES.txt", "notes")
        .file("charts/web/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n")
        .file("charts/web/charts/sub/.helmignore", "*.tmp\n")
        .file("charts/web/charts/sub/templates/map.yaml", MAP.formatted("sub"));
  }
}
