package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.patiently;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.standalone.process.ClusterAccess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** The page in a browser, over a running demo: what it shows, and what it does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PageIT {

  private static final Pattern ADDRESS = Pattern.compile("page +(http://127\\.0\\.0\\.1:\\d+)/");
  private static final String MARKUP =
      "<img src=x onerror=document.title='run'>Newer & <b>better</b>";

  private Path log;
  private Path data;
  private String address;
  private SluiceProcess demo;
  private Browser browser;

  @BeforeAll
  void startTheDemo(@TempDir Path directory) throws Exception {
    log = directory.resolve("demo.log");
    data = directory.resolve("demo");
    demo = start(0);
    address = patiently().until(this::printed, found -> !found.isEmpty());
    browser = Browser.open(address);
  }

  private SluiceProcess start(int port) throws IOException {
    return SluiceProcess.start(
        log,
        Map.of(),
        "demo",
        "--data",
        data.toString(),
        "--webhook-port",
        "0",
        "--api-port",
        Integer.toString(port),
        "--kafka-port",
        "0");
  }

  @AfterEach
  void theConsoleHasNoErrors() {
    assertThat(browser.errors())
        .filteredOn(
            error -> !error.contains("Failed to load resource") && !error.contains("net::ERR_"))
        .isEmpty();
  }

  @AfterAll
  void stop() {
    browser.close();
    demo.close();
  }

  private String printed() throws IOException {
    Matcher matcher = ADDRESS.matcher(demo.output());
    return matcher.find() ? matcher.group(1) : "";
  }

  @Test
  @Order(1)
  void showsAFleetThatNeedsNobody() throws Exception {
    browser.go("/");

    browser.awaitText("7 Synced and healthy");
    assertThat(browser.text())
        .contains("5 applications in 2 clusters")
        .contains("No application needs a person.");
    browser.inspect("fleet");
  }

  @Test
  @Order(2)
  void filtersAreInTheAddress() {
    browser.go("/?cluster=staging&q=shop");

    browser.awaitText("1 of 7");
    browser.find("input[type=search]").clear();
    browser.driver().findElement(By.tagName("body")).sendKeys("/queue");
    patiently().until(() -> browser.driver().getCurrentUrl().endsWith("q=queue"));
    browser.find("input[type=search]").sendKeys(Keys.ESCAPE);
    browser.driver().switchTo().activeElement().sendKeys("j");
    browser.driver().switchTo().activeElement().sendKeys(Keys.ENTER);
    browser.awaitText("Sync all objects");
    assertThat(browser.driver().getCurrentUrl()).endsWith("/applications/queue");
    browser.driver().navigate().back();
    browser.awaitText("1 of 7");
  }

  @Test
  @Order(3)
  void followsAChangeIntoTheClusters() throws Exception {
    edit("website/deployment.yaml", "nginx:1.29", "nginx:1.30", MARKUP);
    String commit = git("rev-parse", "HEAD").strip();

    browser.go("/changes/" + commit);
    git("push");

    browser.awaitText("1 application affected, 4 not");
    browser.awaitText("2 of 2 healthy");
    assertThat(browser.text()).contains(MARKUP).contains("No input differs");
    assertThat(browser.driver().getTitle()).isEqualTo(commit + " · Sluice");
    browser.inspect("change");
    browser.go("/changes");
    browser.awaitText(MARKUP);
    browser.inspect("changes");
    browser.go("/deliveries");
    browser.awaitText("5 applications");
    browser.inspect("deliveries");
    browser.go("/applications/website");
    browser.awaitText(MARKUP);
    browser.inspect("application-history");
    assertThat(browser.driver().findElements(By.cssSelector("main img, main b b"))).isEmpty();
  }

  @Test
  @Order(4)
  void showsTheObjectsOfAnApplication() throws Exception {
    browser.go("/applications/website?tab=objects&cluster=staging");

    browser.awaitText("ReplicaSet");
    browser.inspect("application-objects");
    browser.go("/applications/website?tab=diff&cluster=staging");
    browser.awaitText("would change nothing");
    browser.go("/applications/website?tab=events");
    browser.awaitText("applied");
    browser.inspect("application-events");
  }

  @Test
  @Order(5)
  void suspendsAndResumesAndShowsWhoChangedAnObject() throws Exception {
    browser.go("/applications/website");

    browser.press("Suspend");
    browser.awaitText("What would happen");
    browser.find("#reason").sendKeys("we look into it");
    assertThat(browser.text()).contains("./sluice suspend website --reason 'we look into it'");
    browser.inspect("dialog-suspend");
    submit();
    browser.awaitText("accepted");
    browser.press("Close");
    browser.awaitText("Released by sluice resume website");

    scale("staging", 5);
    browser.go("/applications/website?tab=drift");
    browser.awaitText("spec.replicas");
    browser.inspect("application-drift");
    browser.go("/");
    browser.awaitText("Held by an operator");
    browser.go("/applications/website?tab=diff&cluster=staging");
    browser.awaitText("spec.replicas");
    browser.inspect("application-diff");
    browser.press("Resume");
    browser.find("#reason").sendKeys("done");
    submit();
    browser.awaitText("accepted");
    browser.press("Close");
    browser.go("/");
    browser.awaitText("7 Synced and healthy");
  }

  @Test
  @Order(6)
  void retriesDeadLettersAfterAPreview() throws Exception {
    edit("greeter/deployment.yaml", "replicas: ", "replicas: a", "A fault");
    git("push");
    browser.go("/");
    browser.awaitText("Cannot be applied: dead letters are open greeter in");
    browser.inspect("fleet-needs");
    browser.go("/applications/greeter");
    browser.awaitText("What to do:");
    browser.inspect("application-parked");
    browser.go("/dead-letters");
    browser.awaitText("What to do:");
    browser.inspect("dead-letters");

    browser.find(".toolbar input").click();
    browser.press("Retry (2)");
    browser.awaitText("What would happen");
    browser.find("#reason").sendKeys("try again");
    browser.inspect("dialog-retry");
    submit();
    browser.awaitText("of 2 closed");
    edit("greeter/deployment.yaml", "replicas: a", "replicas: ", "The fault is mended");
    git("push");

    browser.awaitText("2 of 2 closed");
    browser.press("Close");
    browser.awaitText("No dead letter is open");
    browser.inspect("dead-letters-none");
  }

  @Test
  @Order(7)
  void rollsBackToACommitOfTheHistory() throws Exception {
    browser.go("/applications/website");

    browser.awaitText(MARKUP);
    browser.find(".timeline > li:last-child > button").click();
    browser.awaitText("What would happen");
    browser.find("#reason").sendKeys("the new server is slow");
    browser.inspect("dialog-rollback");
    submit();
    browser.awaitText("accepted");
    browser.press("Close");
    browser.awaitText("pinned");
    browser.press("Resume");
    browser.find("#reason").sendKeys("it is fast now");
    submit();
    browser.awaitText("accepted");
  }

  @Test
  @Order(8)
  void approvesThePlanThatItShows() throws Exception {
    browser.go("/applications/queue");
    browser.awaitText("Synced");
    browser.awaitText("Healthy");
    Files.delete(data.resolve("apps/queue/namespace.yaml"));
    git("commit", "-qam", "No namespace");
    git("push");
    browser.go("/applications/queue");
    browser.awaitText("PruneProtected");

    browser.press("Approve deletions");
    browser.awaitText("would delete 1 object");
    browser.find("#reason").sendKeys("it is made elsewhere");
    browser.inspect("dialog-approve");
    submit();
    browser.awaitText("staging: sent");
    browser.press("Close");
    browser.go("/?need=approval");
    browser.awaitText("Nothing fits these filters");
  }

  @Test
  @Order(9)
  void goesOnAfterTheApiWasRestarted() throws Exception {
    browser.go("/");
    browser.awaitText("Live");
    browser.run("window.mark = 'not loaded again'; return 1");
    demo.stop();
    browser.awaitText("Connecting");

    demo = start(URI.create(address).getPort());
    browser.awaitText("Live");
    edit("greeter/deployment.yaml", "replicas: ", "replicas: a", "Another fault");
    git("push");

    browser.awaitText("Cannot be applied: dead letters are open greeter in production");
    assertThat(browser.run("return window.mark")).isEqualTo("not loaded again");
  }

  @Test
  @Order(10)
  void explainsItsKeysAndWhatIsNotThere() throws Exception {
    browser.go("/applications/nothing");
    browser.awaitText("There is no application nothing");
    browser.inspect("application-none");
    browser.driver().findElement(By.tagName("body")).sendKeys("?");
    browser.awaitText("Next or previous item of a list");
    browser.inspect("help");
  }

  private void submit() {
    browser.find("dialog footer button.main:enabled").click();
  }

  private void scale(String cluster, int replicas) throws Exception {
    try (KubernetesClient client =
        ClusterAccess.connectBy(Files.readString(data.resolve(cluster + ".kubeconfig")))) {
      client.apps().deployments().inNamespace("website").withName("website").scale(replicas);
    }
  }

  private void edit(String name, String from, String to, String message) throws Exception {
    Path file = data.resolve("apps").resolve(name);
    Files.writeString(file, Files.readString(file).replace(from, to));
    git("commit", "-qam", message);
  }

  private String git(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(data.resolve("apps").toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
