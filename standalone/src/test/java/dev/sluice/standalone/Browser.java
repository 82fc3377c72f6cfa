package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Chromium without a window. A test that opens one is skipped where Chromium is not installed. */
final class Browser implements AutoCloseable {

  /** Width of a screen, and of a phone. */
  static final List<Integer> WIDTHS = List.of(1440, 390);

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final List<String> RULES =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa");

  private final ChromeDriver driver;
  private final String address;

  private Browser(ChromeDriver driver, String address) {
    this.driver = driver;
    this.address = address;
  }

  /** Opens a browser for the pages at this address. */
  static Browser open(String address) {
    NeededProgram.check("chromium");
    NeededProgram.check("chromedriver");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(program("chromium").toFile());
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars");
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriver driver =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(program("chromedriver").toFile())
                .usingAnyFreePort()
                .build(),
            options);
    driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
    Browser browser = new Browser(driver, address);
    browser.look(1440, false);
    return browser;
  }

  private static Path program(String name) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  ChromeDriver driver() {
    return driver;
  }

  /** Sets the width of the screen in pixels, and the preferred colours. */
  void look(int width, boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 500));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  void go(String path) {
    driver.get(address + path);
  }

  /** Waits for the first element that fits a CSS selector. */
  WebElement find(String selector) {
    return Scenario.patiently()
        .ignoreExceptions()
        .until(() -> driver.findElement(By.cssSelector(selector)), WebElement::isDisplayed);
  }

  /** Waits for a button with this text, or a longer one, and presses it. */
  void press(String text) {
    Scenario.patiently()
        .ignoreExceptions()
        .untilAsserted(
            () ->
                driver
                    .findElement(
                        By.xpath("//button[starts-with(normalize-space(), '" + text + "')]"))
                    .click());
  }

  /** Waits until the page shows a text. */
  void awaitText(String text) {
    Scenario.patiently().ignoreExceptions().until(() -> text().contains(text));
  }

  /** Returns what the page shows, on one line. */
  String text() {
    return driver.findElement(By.tagName("body")).getText().replaceAll("\\s+", " ");
  }

  Object run(String script, Object... arguments) {
    return Objects.requireNonNull(driver.executeScript(script, arguments));
  }

  /** Returns errors of the console, such as refusals by the content security policy. */
  List<String> errors() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
        .map(entry -> entry.getMessage())
        .toList();
  }

  /**
   * Takes a screenshot at each width, light and dark, and checks each for accessibility (WCAG 2.2
   * AA) and for a page that is not wider than the screen.
   */
  void inspect(String name) throws IOException {
    for (int width : WIDTHS) {
      for (boolean dark : List.of(false, true)) {
        look(width, dark);
        String shot = "%s-%d-%s".formatted(name, width, dark ? "dark" : "light");
        screenshot(shot);
        assertThat(violations()).as(shot).isEmpty();
        assertThat(run("return document.documentElement.scrollWidth <= innerWidth"))
            .as("%s fits into the width", shot)
            .isEqualTo(true);
      }
    }
    look(1440, false);
  }

  void screenshot(String name) throws IOException {
    Files.createDirectories(SCREENSHOTS);
    Files.write(SCREENSHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
  }

  private List<?> violations() throws IOException {
    if (run("return typeof axe") instanceof String type && type.equals("undefined")) {
      try (InputStream axe =
          Objects.requireNonNull(
              Browser.class.getResourceAsStream(
                  "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js"))) {
        driver.executeScript(new String(axe.readAllBytes(), UTF_8) + "\nwindow.axe = axe;");
      }
    }
    return (List<?>)
        Objects.requireNonNull(
            driver.executeAsyncScript(
                """
                const [rules, done] = arguments;
                axe.run(document, {runOnly: {type: 'tag', values: rules},
                    rules: {'target-size': {enabled: true}}})
                  .then(found => done(found.violations.map(one => one.id + ': '
                      + one.nodes.slice(0, 3).map(node => node.html.slice(0, 200) + ' ' + node.failureSummary).join(' | '))));
                """,
                RULES));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
