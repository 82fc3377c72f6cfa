package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.api.page.Page;
import dev.sluice.api.readmodel.FleetMap;
import dev.sluice.contract.json.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** The fleet's view over an API whose answers are made by the test. */
class LargeFleetPageIT {

  private static final String MARKUP = "<img src=x onerror=document.title='run'><b>bold</b>";
  private static final int MAX_TRANSFERRED = 300_000;
  private static final double MAX_SHIFT = 0.1;

  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 1_000, 10_000})
  void staysSmallAndStill(int applications) throws Exception {
    try (Browser browser = Browser.open(serve(fleet(applications)))) {
      browser.go("/");
      browser.awaitText("%,d applications".formatted(applications));
      browser.find(".rows .row");

      Map<?, ?> measured =
          (Map<?, ?>)
              browser.run(
                  """
                  const entries = ['navigation', 'resource'].flatMap(type => performance.getEntriesByType(type));
                  const shifts = new PerformanceObserver(() => {});
                  shifts.observe({type: 'layout-shift', buffered: true});
                  return {
                    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
                    bytes: entries.reduce((sum, one) => sum + one.transferSize, 0),
                    shift: shifts.takeRecords().reduce((sum, one) => sum + one.value, 0),
                    map: performance.getEntriesByType('resource').find(one => one.name.endsWith('/fleet-map')).responseEnd,
                    rows: document.querySelectorAll('.rows .row').length,
                  };
                  """);
      System.out.printf("page with %,d applications: %s%n", applications, measured);
      browser.screenshot("fleet-" + applications);
      assertThat(number(measured, "bytes")).isBetween(30_000.0, (double) MAX_TRANSFERRED);
      assertThat(number(measured, "shift")).isLessThan(MAX_SHIFT);
      assertThat(number(measured, "rows")).isLessThan(100);
      if (applications == 10_000) {
        browser.inspect("fleet-large");
      }
    }
  }

  @Test
  void aFilterAndTheKeysReachTheLastOfTenThousand() throws Exception {
    try (Browser browser = Browser.open(serve(fleet(10_000)))) {
      browser.go("/");
      browser.awaitText("10,000 applications");

      browser.run("scrollTo(0, document.body.scrollHeight); return 1");
      browser.awaitText("application-09999");
      browser.go("/?q=application-04321");
      browser.awaitText("1 of 10,000");
      browser.driver().findElement(By.tagName("body")).sendKeys("j");
      assertThat(browser.driver().switchTo().activeElement().getText())
          .isEqualTo("application-04321");
      browser.driver().switchTo().activeElement().sendKeys(Keys.ESCAPE);
    }
  }

  @Test
  void markupInNamesAndReasonsIsShownAndNotRead() throws Exception {
    FleetMap.Cell cell =
        new FleetMap.Cell(
            MARKUP,
            "Parked",
            Optional.of("Healthy"),
            Optional.of(MARKUP),
            Optional.of(2L),
            Optional.of(MARKUP),
            Optional.of(MARKUP),
            Optional.of(now),
            Optional.empty(),
            Optional.empty());
    try (Browser browser =
        Browser.open(
            serve(
                new FleetMap(List.of(new FleetMap.Place(MARKUP, List.of(MARKUP), List.of(cell)))),
                List.of(MARKUP)))) {
      browser.go("/?q=%3Cscript%3Edocument.title=1%3C/script%3E");
      browser.awaitText("Nothing fits these filters");
      browser.go("/");

      browser.awaitText(MARKUP);
      assertThat(browser.driver().findElements(By.cssSelector("main img"))).isEmpty();
      assertThat(browser.driver().getTitle()).isEqualTo("Fleet · Sluice");
      assertThat(browser.errors()).isEmpty();
    }
  }

  private static double number(Map<?, ?> measured, String name) {
    return measured.get(name) instanceof Number value ? value.doubleValue() : Double.NaN;
  }

  /** Most applications are fine, as in a real fleet. */
  private FleetMap fleet(int applications) {
    SplittableRandom random = new SplittableRandom(7);
    List<FleetMap.Place> places = new ArrayList<>();
    for (int i = 0; i < applications; i++) {
      int kind = random.nextInt(100);
      Optional<String> none = Optional.empty();
      FleetMap.Cell cell =
          new FleetMap.Cell(
              "cluster-%02d"
                  .formatted(random.nextInt(Math.max(2, Math.min(20, applications / 50)))),
              kind < 2 ? "Parked" : kind < 4 ? "Drifted" : kind < 8 ? "Syncing" : "Synced",
              Optional.of(kind == 8 ? "Degraded" : kind < 12 ? "Progressing" : "Healthy"),
              kind == 13 ? Optional.of("suspended") : none,
              kind < 8 ? Optional.of(random.nextLong(1, 9)) : Optional.empty(),
              kind < 2 ? Optional.of(kind == 0 ? "Invalid" : "MissingNamespace") : none,
              kind < 2
                  ? Optional.of("Deployment shop/web-%d: the API server refused it".formatted(i))
                  : none,
              Optional.of(now.minusSeconds(random.nextInt(1_000_000))),
              Optional.empty(),
              Optional.empty());
      places.add(
          new FleetMap.Place(
              "application-%05d".formatted(i),
              List.of("forge.example/team-%02d/apps".formatted(i % 40)),
              List.of(cell)));
    }
    return new FleetMap(places);
  }

  private String serve(FleetMap fleet) throws JsonProcessingException {
    return serve(fleet, List.of());
  }

  /** Serves the page with a fleet and what Sluice's parts report; returns the address. */
  private String serve(FleetMap fleet, List<String> warnings) throws JsonProcessingException {
    Router router = Router.router(vertx);
    Page.load().serve(router);
    String map = Json.mapper().writeValueAsString(fleet);
    router
        .get("/page/session")
        .handler(
            context ->
                json(
                    context,
                    """
                    {"needsToken": false, "name": "local", "role": "admin", "applications": [], "clusters": []}
                    """));
    router.get("/api/v1/fleet-map").handler(context -> json(context, map));
    String status = Json.mapper().writeValueAsString(Map.of("warnings", warnings));
    router.get("/api/v1/status").handler(context -> json(context, status));
    router
        .get("/api/v1/events")
        .handler(
            context ->
                context
                    .response()
                    .setChunked(true)
                    .putHeader("Content-Type", "text/event-stream")
                    .putHeader("Content-Encoding", "identity")
                    .write(": hello\n\n"));
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setCompressionSupported(true))
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    return "http://127.0.0.1:" + server.actualPort();
  }

  private static void json(RoutingContext context, String body) {
    context.response().putHeader("Content-Type", "application/json").end(body);
  }
}
