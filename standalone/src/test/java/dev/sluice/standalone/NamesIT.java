package dev.sluice.standalone;

import static dev.sluice.standalone.ApiOverTopics.subject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.name.CommitId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How people name things, and what the verbs say if there is no such thing. */
class NamesIT {

  private static final CommitId ONE = new CommitId("1".repeat(40));

  private ApiOverTopics topics;

  @BeforeEach
  void start(@TempDir Path directory) {
    topics = new ApiOverTopics(directory);
    topics.defined("web", "east", "west").defined("api", "west").pushed(ONE);
    for (String cluster : List.of("east", "west")) {
      topics
          .dispatched(subject("web", cluster, 1, ONE))
          .applied(
              subject("web", cluster, 1, ONE),
              new ObjectRef("v1", "ConfigMap", "shop", "settings"),
              new ObjectRef("networking.k8s.io/v1", "NetworkPolicy", "shop", "all"),
              new ObjectRef("networking.k8s.io/v1", "Ingress", "shop", "web"),
              new ObjectRef("v1", "Endpoints", "shop", "web"),
              new ObjectRef("rbac.authorization.k8s.io/v1", "ClusterRole", "", "reader"));
    }
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void kindsOfObjectsAreSingularPluralOrShort() {
    Map.of(
            "cm/settings", "configmap/settings",
            "ConfigMaps/settings", "configmap/settings",
            "networkpolicies/all", "networkpolicy/all",
            "netpol/all", "networkpolicy/all",
            "ingresses/web", "ingress/web",
            "ing/web", "ingress/web",
            "ep/web", "endpoints/web",
            "clusterrole/reader", "clusterrole/reader")
        .forEach(
            (typed, found) -> {
              CommandRun ran = topics.run("trace --cluster east -o name " + typed);
              assertThat(ran.out()).as(typed + ran.err()).isEqualTo(found + "\n");
            });
    assertThat(topics.run("trace --cluster east cm/other").code()).isEqualTo(1);
    assertThat(topics.run("trace --cluster east svc/web").code()).isEqualTo(1);
    assertThat(topics.run("trace --cluster east cm/").code()).isEqualTo(2);
  }

  @Test
  void anObjectInSeveralNamespacesNeedsOne() {
    topics
        .dispatched(subject("web", "east", 2, ONE))
        .applied(
            subject("web", "east", 2, ONE), new ObjectRef("v1", "ConfigMap", "test", "settings"));
    CommandRun ambiguous = topics.run("trace --cluster east cm/settings");
    assertThat(ambiguous.code()).isEqualTo(1);
    assertThat(ambiguous.err()).contains("give one of shop, test").hasLineCount(1);
    assertThat(topics.run("trace --cluster east cm/settings -n test").out())
        .contains("object       ConfigMap test/settings in east");
  }

  @Test
  void kindsOfListsAreSingularOrPlural() {
    for (String kind : List.of("app", "apps", "application", "applications", "Apps")) {
      assertThat(topics.run("get %s -o name".formatted(kind)).out()).isEqualTo("api\nweb\n");
    }
    for (String kind : List.of("cluster", "clusters")) {
      assertThat(topics.run("get %s -o name".formatted(kind)).out()).isEqualTo("east\nwest\n");
    }
    for (String kind : List.of("repository", "repositories", "repo", "repos")) {
      assertThat(topics.run("get %s -o name".formatted(kind)).out())
          .isEqualTo("git.example/shop\n");
    }
    assertThat(topics.run("get change --no-headers").out()).contains("ref-changed");
    assertThat(topics.run("get app/web -o name").out()).isEqualTo("web\n");
    assertThat(topics.run("get cluster/east api -o name").code()).isEqualTo(1);
    assertThat(topics.run("get pods").code()).isEqualTo(2);
  }

  @Test
  void aNameIsPrintedOnce() {
    for (String line :
        List.of(
            "get apps",
            "get clusters",
            "get changes",
            "events",
            "history web",
            "explain " + ONE,
            "describe web",
            "trace --cluster east cm/settings",
            "status",
            "sync * --reason x --dry-run")) {
      CommandRun ran = topics.run(line + " -o name");
      assertThat(ran.code()).as(line + ran.err()).isZero();
      assertThat(ran.out().lines())
          .as(line)
          .isNotEmpty()
          .doesNotHaveDuplicates()
          .allMatch(name -> name.matches("[^ ]+"));
    }
    assertThat(topics.run("events -o name").out()).contains("record/");
    assertThat(topics.run("explain -o name " + ONE).out()).isEqualTo("web\n");
  }

  @Test
  void aNameThatNothingHasIsAFailure() {
    for (String line :
        List.of(
            "get apps nothing",
            "get apps web nothing",
            "get apps --cluster nothing",
            "get apps --repository git.example/nothing",
            "get clusters nothing",
            "get clusters --cluster nothing",
            "get repositories git.example/nothing",
            "get repositories --repository git.example/nothing",
            "get changes --repository git.example/nothing",
            "describe nothing",
            "history nothing",
            "history web --cluster nothing",
            "events --application nothing",
            "events --cluster nothing",
            "trace --cluster nothing cm/settings",
            "explain 3333333",
            "approve nothing --reason x",
            "sync nothing --reason x --dry-run",
            "sync web nothing --reason x --dry-run",
            "sync web --cluster east --cluster nothing --reason x --dry-run",
            "suspend web nothing --reason x --dry-run",
            "rollback nothing --to %s --reason x --dry-run".formatted(ONE),
            "rebuild nothing --reason x --dry-run",
            "dead-letters list --application nothing",
            "dead-letters list --cluster nothing",
            "dead-letters show east/nothing/1",
            "dead-letters retry east/nothing/1 --reason x",
            "dead-letters discard east/nothing/1 --reason x")) {
      CommandRun ran = topics.run(line);
      assertThat(ran.code()).as(line + ran.out() + ran.err()).isEqualTo(1);
      assertThat(ran.err()).as(line).isNotEmpty();
    }
    for (String line : List.of("diff nothing", "drift nothing", "drift web nothing")) {
      assertThat(topics.run(line).code()).as(line).isEqualTo(6);
    }
  }

  @Test
  void aDeadLetterOfNoApplicationIsDiscardedWithAReason() {
    OriginalRecord record = OriginalRecord.at("sluice.changes", 0, 17);
    topics.write(
        DeadLetterEvent.Opened.damaged(
            record, record.position(), "the record is no event", Instant.now()));
    assertThat(topics.run("dead-letters list -o name").out()).isEqualTo(record.position() + "\n");
    assertThat(topics.run("dead-letters show " + record.position()).words())
        .contains("what to do", "where in the stage DECODE, of no application");
    assertThat(topics.run("dead-letters retry %s --reason x".formatted(record.position())).err())
        .contains("so nothing can be retried: discard it");

    CommandRun discarded =
        topics.run("dead-letters discard %s --reason known".formatted(record.position()));

    assertThat(discarded.code()).as(discarded.err()).isZero();
    assertThat(discarded.words())
        .contains("- - discard done the dead letter " + record.position() + " is closed");
    assertThat(topics.run("dead-letters list -o name").out()).isEmpty();
    assertThat(topics.run("dead-letters show " + record.position()).words())
        .contains("discarded by local (known)");
  }

  @Test
  void anEmptyListIsASuccess() {
    for (String line :
        List.of(
            "get apps n*",
            "get apps web --sync Drifted",
            "get apps --cluster east api --sync Synced",
            "get clusters n*",
            "get changes --repository git.example/shop",
            "history api",
            "events --application api --type applied",
            "dead-letters list",
            "dead-letters list --application web",
            "deliveries --unfollowed",
            "dead-letters retry --everything --reason x")) {
      CommandRun ran = topics.run(line);
      assertThat(ran.code()).as(line + ran.err()).isZero();
    }
  }
}
