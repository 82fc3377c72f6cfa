package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.inputs.git.GitOverHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks that name a renamed repository by its new name, before the fleet has that name. */
class RenamedRepositoryIT {

  private static final String FORMER = "/acme/shop";

  private final List<RepositoryId> unfollowed = new CopyOnWriteArrayList<>();
  private final DispatchListener listener =
      new DispatchListener() {
        @Override
        public void unfollowed(String endpoint, RepositoryId repository) {
          unfollowed.add(repository);
        }
      };
  private Situation situation;
  private HttpServer forge;
  private volatile String path = FORMER;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    forge = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    forge.createContext("/", this::answer);
    forge.start();
    application(FORMER);
    situation.put("web", "one").push();
  }

  @AfterEach
  void close() {
    situation.close();
    forge.stop(0);
  }

  @Test
  void triggerTheApplicationsThatFollowTheFormerName() throws IOException {
    situation.start(situation.config("mirrors"), listener);
    situation.awaitSync(STAGING, 1);
    rename();

    EventId cause =
        situation.deliver(named(path), Optional.of(situation.put("web", "three").push()));

    SyncEvent.Target sent = (SyncEvent.Target) situation.awaitSync(STAGING, 3).getLast();
    assertThat(sent.provenance().causes()).containsExactly(cause);
    assertThat(sent.provenance().actor()).contains("octocat");
    assertThat(unfollowed).isEmpty();
  }

  @Test
  void triggerThemOnceAWebhookHasReportedTheRename() throws IOException {
    situation.start(situation.config("mirrors"), listener);
    situation.awaitSync(STAGING, 1);
    path = newNameInAnotherPartition();

    situation.deliver(
        origin -> new ChangeEvent.RepositoryMoved(named(FORMER), named(path), origin));
    awaitRename();
    EventId cause = situation.deliver(named(path), Optional.of(situation.put("web", "two").push()));

    SyncEvent.Target sent = (SyncEvent.Target) situation.awaitSync(STAGING, 2).getLast();
    assertThat(sent.provenance().causes()).containsExactly(cause);
  }

  @Test
  void triggerThemAfterARestart() throws IOException {
    Dispatcher first = situation.start(situation.config("mirrors"), listener);
    situation.awaitSync(STAGING, 1);
    rename();
    first.close();

    EventId cause =
        situation.deliver(named(path), Optional.of(situation.put("web", "three").push()));
    situation.start(situation.config("mirrors"), listener);

    SyncEvent.Target sent = (SyncEvent.Target) situation.awaitSync(STAGING, 3).getLast();
    assertThat(sent.provenance().causes()).containsExactly(cause);
  }

  @Test
  void triggerThemOnceTheFleetHasTheNewName() throws IOException {
    situation.start(situation.config("mirrors"), listener);
    situation.awaitSync(STAGING, 1);
    rename();

    application(path);
    // until the fleet is read, the push is forwarded under the former name
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> count(ChangeEvent.ReadersAccepted.class) > 0);
    situation.awaitQuiet(); // the evaluation of the new definition would take the push with it
    EventId cause =
        situation.deliver(named(path), Optional.of(situation.put("web", "three").push()));

    SyncEvent.Target sent = (SyncEvent.Target) situation.awaitSync(STAGING, 3).getLast();
    assertThat(sent.provenance().causes()).contains(cause);
    situation.awaitQuiet();
    assertThat(count(ChangeEvent.RefForwarded.class)).as("by the new name only").isEqualTo(1);
  }

  /** Renames the repository, and waits until a fetch has followed the forge's redirect. */
  private void rename() throws IOException {
    path = newNameInAnotherPartition();
    CommitId two = situation.put("web", "two").push();
    situation.deliver(named(FORMER), Optional.of(two));
    situation.awaitSync(STAGING, 2);
    awaitRename();
  }

  private void awaitRename() {
    await().atMost(Duration.ofSeconds(30)).until(() -> count(ChangeEvent.RenameFound.class) == 1);
    situation.awaitQuiet();
  }

  private String newNameInAnotherPartition() {
    for (int i = 0; ; i++) {
      String name = FORMER + "-renamed-" + i;
      if (Situation.partition(named(name)) != Situation.partition(named(FORMER))) {
        return name;
      }
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String asked = exchange.getRequestURI().getPath();
    if (asked.startsWith(path + "/")) {
      GitOverHttp.answer(exchange, situation.directory.resolve("shop.git"));
    } else {
      String query = exchange.getRequestURI().getRawQuery();
      exchange
          .getResponseHeaders()
          .set(
              "Location",
              path + asked.substring(FORMER.length()) + (query == null ? "" : "?" + query));
      exchange.sendResponseHeaders(307, -1);
    }
    exchange.close();
  }

  private void application(String at) throws IOException {
    situation.document(
        "web",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: renamed}
        spec: {url: "http://%s"}
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: renamed, path: apps/web}
          clusters: {names: [staging]}
          namespace: web
        """
            .formatted(named(at)));
  }

  private RepositoryId named(String at) {
    return new RepositoryId("127.0.0.1:%d%s".formatted(forge.getAddress().getPort(), at));
  }

  private long count(Class<? extends ChangeEvent> type) {
    return situation.changes().stream().filter(type::isInstance).count();
  }
}
