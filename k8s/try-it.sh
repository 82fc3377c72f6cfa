#!/usr/bin/env bash
# try-it.sh: installs try-it/ in the cluster of the current context (namespaces sluice-system and website), and checks
# that a push to its Git server reaches that cluster. It needs kubectl, and a cluster that has the images of Sluice, its
# Git server (compose/git) and Kafka, or can pull them. `try-it.sh down` removes everything. It leaves an installation
# alone that it did not make.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
system=(kubectl -n sluice-system)

for namespace in sluice-system website; do
  made=$(kubectl get namespace "$namespace" --ignore-not-found -o 'jsonpath={.metadata.name} {.metadata.labels.try-it}')
  if [[ -n ${made// /} && $made != *" yes" ]]; then
    echo "try-it: the namespace $namespace of $(kubectl config current-context) was not made by this script" >&2
    exit 1
  fi
done

if [[ ${1:-} == down ]]; then
  kubectl delete --ignore-not-found -k try-it
  kubectl delete --ignore-not-found namespace website
  exit
fi

kubectl apply --server-side -f base/namespace.yaml
kubectl label --overwrite namespace sluice-system try-it=yes
kubectl get namespace website >/dev/null 2>&1 || kubectl create namespace website
kubectl label --overwrite namespace website try-it=yes
"${system[@]}" get secret sluice-webhooks >/dev/null 2>&1 ||
  head -c 32 /dev/urandom | base64 |
  "${system[@]}" create secret generic sluice-webhooks --from-file=git-webhook=/dev/stdin
kubectl apply --server-side --force-conflicts -k try-it
for workload in deployment/kafka deployment/git statefulset/sluice-dispatcher deployment/sluice-receiver \
  deployment/sluice-worker; do
  "${system[@]}" rollout status --timeout=300s "$workload"
done

# awaits that a command prints a text that begins so
await() {
  local text=$1 since=$SECONDS
  shift
  until [[ $("$@" 2>/dev/null) == "$text"* ]]; do
    if ((SECONDS - since > 120)); then
      echo "try-it: not '$text' within 120 s: $*" >&2
      exit 1
    fi
    sleep 0.2
  done
}
greeting=(kubectl -n website get configmap website -o 'jsonpath={.data.greeting}')

await hello "${greeting[@]}"
text="hello at $(date +%s)"
"${system[@]}" exec deployment/git -- sh -ec '
  rm -rf /tmp/work
  git clone -q http://localhost:8080/applications.git /tmp/work
  cd /tmp/work
  sed -i "s/greeting: .*/greeting: $1/" website/website.yaml
  git -c user.name=you -c user.email=you@localhost commit -qam "Greet"
  git push -q' sh "$text"
await "$text" "${greeting[@]}"
"${system[@]}" exec sluice-dispatcher-0 -c dispatcher -- sluice status
echo "try-it: the push has reached the cluster"
