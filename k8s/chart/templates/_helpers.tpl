{{- define "sluice.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Labels of all objects. */}}
{{- define "sluice.labels" -}}
app.kubernetes.io/part-of: sluice
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The metadata of an object: [the name, the root]. */}}
{{- define "sluice.metadata" -}}
{{- $root := index . 1 -}}
name: {{ index . 0 }}
namespace: {{ $root.Release.Namespace }}
labels:
  app.kubernetes.io/name: {{ index . 0 }}
  {{- include "sluice.labels" $root | nindent 2 }}
{{- end -}}

{{/* The settings, with that of Kafka's Secret. */}}
{{- define "sluice.settings" -}}
{{- $settings := .Values.settings -}}
{{- if .Values.secrets.kafka -}}
{{- $settings = merge (dict "kafka-properties" "/etc/sluice/kafka/kafka.properties") $settings -}}
{{- end -}}
{{ toYaml $settings }}
{{- end -}}

{{/* The metadata of a part's pods: [its name, its values, the root]. */}}
{{- define "sluice.podMetadata" -}}
labels:
  app.kubernetes.io/name: {{ index . 0 }}
annotations:
  # a change of the settings restarts the pods
  checksum/settings: {{ include "sluice.settings" (index . 2) | sha256sum }}
  {{- with (index . 1).podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Where pods of a part run: [its name, its values, the root]. */}}
{{- define "sluice.placement" -}}
{{- with (index . 2).Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with (index . 1).nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with (index . 1).tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
# a Service named sluice-... would set SLUICE_... variables, which Sluice would read as settings
enableServiceLinks: false
{{- end -}}

{{- define "sluice.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        app.kubernetes.io/name: {{ . }}
{{- end -}}

{{- define "sluice.user" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* What the containers of all parts have: [the part's values, the root]. */}}
{{- define "sluice.container" -}}
{{- $root := index . 1 -}}
image: {{ include "sluice.image" $root }}
{{- with $root.Values.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
resources:
  {{- toYaml (index . 0).resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{- define "sluice.readiness" -}}
httpGet: {path: /readyz, port: health}
periodSeconds: 2
timeoutSeconds: 3
{{- end -}}

{{- define "sluice.mounts" -}}
- {name: config, mountPath: /etc/sluice/config, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- if .Values.secrets.kafka }}
- {name: kafka, mountPath: /etc/sluice/kafka, readOnly: true}
{{- end }}
{{- end -}}

{{/* The volumes that all parts have: [the size of /tmp, the root]. */}}
{{- define "sluice.volumes" -}}
- name: config
  configMap:
    name: sluice
- name: tmp
  emptyDir:
    sizeLimit: {{ index . 0 }}
{{- with (index . 1).Values.secrets.kafka }}
- name: kafka
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end -}}
