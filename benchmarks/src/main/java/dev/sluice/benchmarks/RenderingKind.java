package dev.sluice.benchmarks;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Kinds of small applications to render: a Deployment, a Service and a ConfigMap. */
enum RenderingKind {
  PLAIN(SourceType.PLAIN) {
    @Override
    List<InputFile> files(int number) {
      return List.of(
          text("app/deployment.yaml", DEPLOYMENT.formatted("app-" + number, number)),
          text("app/service.yaml", SERVICE.formatted("app-" + number)),
          text("app/config.yaml", CONFIG.formatted("app-" + number, number)));
    }
  },
  KUSTOMIZE(SourceType.KUSTOMIZE) {
    @Override
    List<InputFile> files(int number) {
      return List.of(
          text(
              "app/kustomization.yaml",
              """
              resources: [../base]
              namePrefix: app-%d-
              labels: [{pairs: {number: "%d"}, includeTemplates: true}]
              patches:
              - target: {kind: Deployment}
                patch: |-
                  - {op: replace, path: /spec/replicas, value: 3}
              """
                  .formatted(number, number)),
          text(
              "base/kustomization.yaml",
              """
              resources: [deployment.yaml, service.yaml]
              configMapGenerator: [{name: config, files: [app.properties]}]
              """),
          text("base/app.properties", "number=%d\ncolour=blue\n".formatted(number)),
          text("base/deployment.yaml", DEPLOYMENT.formatted("web", number)),
          text("base/service.yaml", SERVICE.formatted("web")));
    }
  },
  HELM(SourceType.HELM) {
    @Override
    List<InputFile> files(int number) {
      return List.of(
          text("app/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}\n"),
          text("app/values.yaml", "number: %d\nreplicas: 3\n".formatted(number)),
          text(
              "app/templates/_labels.tpl",
              "{{- define \"labels\" -}}\napp: {{ .Release.Name }}\n{{- end }}\n"),
          text(
              "app/templates/deployment.yaml",
              DEPLOYMENT
                  .formatted("{{ .Release.Name }}", number)
                  .replace("replicas: 1", "replicas: {{ .Values.replicas }}")),
          text("app/templates/service.yaml", SERVICE.formatted("{{ .Release.Name }}")),
          text(
              "app/templates/config.yaml",
              """
              apiVersion: v1
              kind: ConfigMap
              metadata:
                name: {{ .Release.Name }}
                labels: {{- include "labels" . | nindent 4 }}
              data:
                number: {{ .Values.number | quote }}
              """));
    }
  };

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: "%s"
      spec:
        replicas: 1
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
            - name: web
              image: registry.example/web:1.%d
              ports: [{containerPort: 8080}]
      """;
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata:
        name: "%s"
      spec:
        selector: {app: web}
        ports: [{port: 80, targetPort: 8080}]
      """;
  private static final String CONFIG =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: "%s"
      data:
        number: "%d"
      """;

  private final SourceType type;

  RenderingKind(SourceType type) {
    this.type = type;
  }

  abstract List<InputFile> files(int number);

  /** Returns a target, which differs from those of other numbers. */
  SyncEvent.Target target(int number) {
    ApplicationName application = new ApplicationName("app-" + number);
    return new SyncEvent.Target(
        application,
        new ClusterName("benchmark"),
        new Generation(1),
        new ApplicationSpec("benchmark", Policy.DEFAULT),
        List.of(
            new SourceInputs(
                new RepositoryId("forge.example/team/apps"),
                GitRef.branch("main"),
                new CommitId("a".repeat(40)),
                "app",
                type,
                Optional.empty(),
                RenderOptions.DEFAULT,
                files(number))),
        false,
        "v1:" + number,
        new Provenance(
            List.of(), Optional.empty(), Instant.EPOCH, Instant.EPOCH, application.value(), 1));
  }

  private static InputFile text(String path, String text) {
    return new InputFile.Text(path, false, text);
  }
}
