package dev.sluice.benchmarks;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The repositories of a run, over which the applications are distributed in turns, and the
 * applications that fail for ever. Of these, the API server refuses every second one for good, and
 * the others wait for an object whose finalizer keeps it.
 */
final class LatencyFleet implements AutoCloseable {

  private static final String FINALIZER = "example.org/kept";

  private final Size size;
  private final Installation.Context context;
  private final List<Repository> repositories = new ArrayList<>();

  private LatencyFleet(Size size, Installation.Context context) {
    this.size = size;
    this.context = context;
  }

  /**
   * The size of a fleet.
   *
   * @param failing the share of the applications that fail for ever, in percent
   */
  record Size(int applications, int repositories, int failing) {

    /** Returns the number of applications that do not fail, which are the first ones. */
    int working() {
      return applications - applications * failing / 100;
    }

    @Override
    public String toString() {
      String text = "N=%d".formatted(applications);
      text += repositories == 1 ? "" : " in %d repositories".formatted(repositories);
      return failing == 0 ? text : text + ", %d %% failing".formatted(failing);
    }
  }

  /** A repository with the lower bound for its commits. */
  private record Repository(BenchmarkRepository git, String url, Floor floor) {}

  /** A commit that was pushed. */
  record Commit(String repository, ObjectId before, ObjectId after, Floor floor) {}

  static LatencyFleet create(Path directory, Size size, Installation.Context context)
      throws Exception {
    LatencyFleet fleet = new LatencyFleet(size, context);
    GitHttpServer server = context.parts().add(GitHttpServer.start(directory));
    for (int number = 0; number < size.repositories(); number++) {
      int first = number;
      BenchmarkRepository git =
          BenchmarkRepository.create(
              directory,
              "apps-" + number,
              IntStream.range(0, size.applications())
                  .filter(index -> index % size.repositories() == first),
              context.namespace(),
              index -> fleet.isFailing(index) && index % 2 == 1);
      String url = server.url(git.directory());
      Floor floor =
          Floor.create(
              directory.resolve("floor-" + number), url, context.cluster(), context.namespace());
      fleet.repositories.add(new Repository(git, url, floor));
    }
    for (int index = size.working(); index < size.applications(); index++) {
      if (index % 2 == 0) {
        fleet.keepDeleted(index);
      }
    }
    return fleet;
  }

  private boolean isFailing(int index) {
    return index >= size.working();
  }

  private void keepDeleted(int index) {
    KubernetesClient cluster = context.cluster();
    ConfigMap kept =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(BenchmarkRepository.application(index))
            .withNamespace(context.namespace())
            .withFinalizers(FINALIZER)
            .endMetadata()
            .build();
    cluster.resource(kept).serverSideApply();
    var unused = cluster.resource(kept).delete();
  }

  /** Lets the kept objects go. */
  private void release() {
    KubernetesClient cluster = context.cluster();
    for (int index = size.working(); index < size.applications(); index++) {
      if (index % 2 == 0) {
        cluster
            .configMaps()
            .inNamespace(context.namespace())
            .withName(BenchmarkRepository.application(index))
            .edit(
                map ->
                    new ConfigMapBuilder(map)
                        .editMetadata()
                        .withFinalizers()
                        .endMetadata()
                        .build());
      }
    }
  }

  /** Returns the fleet's documents. */
  String documents() {
    StringBuilder documents = new StringBuilder();
    for (int number = 0; number < repositories.size(); number++) {
      documents.append(
          Installation.repository(
              "apps-" + number, repositories.get(number).url(), identity(number)));
    }
    documents.append(Installation.clusterDocument());
    for (int index = 0; index < size.applications(); index++) {
      documents.append(
          Installation.application(
              BenchmarkRepository.application(index),
              "apps-" + index % size.repositories(),
              context.namespace()));
    }
    return documents.toString();
  }

  private static String identity(int number) {
    return "benchmark/apps-" + number;
  }

  /** Changes one application and pushes. */
  Commit change(int index, String version) throws Exception {
    int number = index % size.repositories();
    Repository repository = repositories.get(number);
    ObjectId[] commits = repository.git().change(index, version);
    return new Commit(identity(number), commits[0], commits[1], repository.floor());
  }

  @Override
  public void close() {
    release();
    repositories.forEach(
        repository -> {
          repository.floor().close();
          repository.git().close();
        });
  }
}
