{{- define "lib.label" -}}from-{{ .Chart.Name }}{{- end }}
