package dev.sluice.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Rights of {@code k8s/} for the worker of a test, with names of its own: those of {@code base},
 * with a variant in the place of the base's ClusterRole.
 */
final class DeployedRights {

  private static final Path FILES = Path.of("..", "k8s");

  private final Bench bench;
  private final Rights rights;
  private final String worker = "sluice-worker-" + UUID.randomUUID().toString().substring(0, 8);

  DeployedRights(Bench bench) {
    this.bench = bench;
    this.rights = new Rights(bench);
  }

  /** Installs the variant, and the rights that every worker has in its own namespace. */
  void installVariant(String file) throws IOException {
    rights.account(bench.systemNamespace, worker);
    install(file, bench.systemNamespace);
    for (String document : read("base/worker-rbac.yaml").split("\n---\n", -1)) {
      if (!document.contains("kind: ClusterRole\n")) {
        install(document.getBytes(UTF_8), bench.systemNamespace);
      }
    }
  }

  /** Returns the worker's account. */
  Rights.ServiceAccountRights account() {
    return rights.account(bench.systemNamespace, worker).mayEverywhere(worker);
  }

  /** Installs the objects of a file. */
  void install(String file, String namespace) throws IOException {
    install(read(file).getBytes(UTF_8), namespace);
  }

  private String read(String file) throws IOException {
    return Files.readString(FILES.resolve(file))
        .replace("sluice-ledger-key.default", "sluice-ledger-key." + bench.installation())
        .replace("sluice-protection.default", "sluice-protection." + bench.installation())
        .replace("sluice-break-glass", worker + "-break-glass")
        .replace("sluice-worker", worker)
        .replace("sluice-system", bench.systemNamespace);
  }

  private void install(byte[] manifests, String namespace) {
    for (HasMetadata object :
        bench.fixture.client().load(new ByteArrayInputStream(manifests)).items()) {
      boolean isClusterScoped = object.getKind().startsWith("Cluster");
      if (!isClusterScoped) {
        object.getMetadata().setNamespace(namespace);
        bindHere(object, namespace);
      }
      var resource = bench.fixture.client().resource(object);
      bench.fixture.cleanUp(resource::delete);
      resource.serverSideApply();
    }
  }

  /** Sets the namespace of subjects without one, as kustomize does. */
  private static void bindHere(HasMetadata object, String namespace) {
    if (object instanceof RoleBinding binding) {
      binding.getSubjects().stream()
          .filter(subject -> subject.getNamespace() == null)
          .forEach(subject -> subject.setNamespace(namespace));
    }
  }
}
