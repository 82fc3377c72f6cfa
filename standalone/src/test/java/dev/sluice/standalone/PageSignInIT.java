package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

/** Sign-in with a token, what its role may not do, and sign-out. */
class PageSignInIT {

  private static final String TOKEN = "a-token-of-sixteen-or-more";

  private static final String MAP =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: green
      """;

  @Test
  void aViewerSeesWhyActionsAreNotAllowed(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, Scenario.STAGING)) {
      Path secret = Files.writeString(directory.resolve("token"), TOKEN);
      scenario.setting("api-token", "name=jo,role=viewer,secret=file:" + secret);
      scenario.fleet().application("web", "web", scenario.namespace(), Scenario.STAGING);
      scenario.commit(Map.of("web/map.yaml", MAP));
      try (OneProcess sluice = scenario.start();
          Browser browser = Browser.open("http://127.0.0.1:" + sluice.apiPort())) {
        browser.go("/applications/web");
        browser.awaitText("Token of the API");
        browser.inspect("sign-in");
        browser.find("#token").sendKeys("not the right one");
        browser.press("Sign in");
        browser.awaitText("The API does not know this token.");

        browser.find("#token").clear();
        browser.find("#token").sendKeys(TOKEN);
        browser.press("Sign in");

        browser.awaitText("Sync all objects");
        assertThat(browser.find(".actions button").getAttribute("title"))
            .isEqualTo("Needs the role operator; jo has viewer.");
        assertThat(browser.run("return document.cookie + JSON.stringify(localStorage)"))
            .isEqualTo("{}");
        browser.find(".actions button").click();
        assertThat(browser.driver().findElements(By.tagName("dialog"))).isEmpty();
        browser.driver().navigate().refresh();
        browser.awaitText("Sync all objects");
        browser.inspect("application-viewer");
        browser.press("Sign out");
        browser.awaitText("Token of the API");
        browser.driver().navigate().refresh();
        browser.awaitText("Token of the API");
      }
    }
  }
}
