package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.fleet.GithubApp;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FleetConfigTest {

  @Test
  void aRepositoryIsStrictAndADirectoryLenientUnlessASettingSaysOtherwise() {
    assertThat(read("fleet", "git+https://host/o/r").validation())
        .isEqualTo(FleetValidation.STRICT);
    assertThat(read("fleet", "fleet").validation()).isEqualTo(FleetValidation.LENIENT);
    assertThat(read("fleet", "git+https://host/o/r", "fleet-validation", "lenient").validation())
        .isEqualTo(FleetValidation.LENIENT);
    assertThat(read("fleet", "fleet", "fleet-validation", "strict").validation())
        .isEqualTo(FleetValidation.STRICT);
    assertThatThrownBy(() -> read("fleet", "fleet", "fleet-validation", "loose"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("expected strict or lenient");
  }

  @Test
  void theRepositoryHasItsUrlsNameOrTheGivenOneAndItsCredentials() {
    assertThat(repository("fleet", "git+https://GitHub.com/Acme/Fleet.git//x@main"))
        .isEqualTo(
            new RemotePolicy.Base(
                new RepositoryId("github.com/acme/fleet"),
                "https://GitHub.com/Acme/Fleet.git",
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    RemotePolicy.Base named =
        repository(
            "fleet",
            "git+ssh://git@mirror/fleet",
            "fleet-identity",
            "github.com/acme/fleet",
            "fleet-ssh-key",
            "file:/key",
            "fleet-known-hosts",
            "env:HOSTS");
    assertThat(named.repository()).isEqualTo(new RepositoryId("github.com/acme/fleet"));
    assertThat(named.ssh())
        .contains(
            new SshAccess(
                Optional.of(new SecretReference("file:/key")),
                Optional.empty(),
                Optional.of(new SecretReference("env:HOSTS"))));
    assertThat(
            repository("fleet", "git+https://host/o/r", "fleet-credentials", "env:TOKEN")
                .credentials())
        .contains(new SecretReference("env:TOKEN"));
  }

  @Test
  void settingsWithoutMeaningAreRefused() {
    assertThatThrownBy(() -> read("fleet", "fleet", "fleet-credentials", "env:TOKEN"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--fleet-credentials")
        .hasMessageContaining("only for a fleet in a Git repository");
    assertThatThrownBy(() -> read("fleet", "fleet", "fleet-identity", "host/x"))
        .hasMessageContaining("--fleet-identity");
    assertThatThrownBy(
            () -> read("fleet", "git+ssh://git@host/r", "fleet-ssh-passphrase", "env:PASS"))
        .hasMessageContaining("has no meaning without --fleet-ssh-key");
    assertThatThrownBy(() -> read("fleet", "git+https://host/o/r", "fleet-ssh-key", "env:KEY"))
        .hasMessageContaining("has no meaning for this URL");
  }

  @Test
  void certificatesAProxyAndAGithubAppAreThoseOfARepository() {
    assertThat(
            repository(
                    "fleet",
                    "git+https://git.example.com/acme/fleet",
                    "fleet-trusted-certificates",
                    "file:/ca.pem",
                    "fleet-client-certificate",
                    "file:/client.pem",
                    "fleet-client-key",
                    "env:KEY",
                    "fleet-proxy",
                    "http://proxy:3128/",
                    "fleet-proxy-credentials",
                    "env:PROXY",
                    "fleet-github-app",
                    "123",
                    "fleet-github-app-key",
                    "file:/app.pem",
                    "fleet-github-app-installation",
                    "7",
                    "fleet-github-app-api",
                    "https://git.example.com/api/v3/")
                .https())
        .contains(
            new HttpsAccess(
                Optional.of(new SecretReference("file:/ca.pem")),
                Optional.of(new SecretReference("file:/client.pem")),
                Optional.of(new SecretReference("env:KEY")),
                Optional.of("http://proxy:3128"),
                Optional.of(new SecretReference("env:PROXY")),
                Optional.of(
                    new GithubApp(
                        "123",
                        Optional.of("7"),
                        new SecretReference("file:/app.pem"),
                        Optional.of("https://git.example.com/api/v3"))),
                Optional.empty()));
    assertThat(repository("fleet", "git+https://git.example.com/acme/fleet").https()).isEmpty();
  }

  @Test
  void settingsOfHttpsThatContradictEachOtherAreRefused() {
    String https = "git+https://git.example.com/acme/fleet";
    assertRefused(
        "--fleet-client-key: has no meaning without --fleet-client-certificate",
        "fleet",
        https,
        "fleet-client-key",
        "env:KEY");
    assertRefused(
        "--fleet-github-app: has no meaning without --fleet-github-app-key",
        "fleet",
        https,
        "fleet-github-app",
        "1");
    assertRefused(
        "--fleet-proxy-credentials: has no meaning without --fleet-proxy",
        "fleet",
        https,
        "fleet-proxy-credentials",
        "env:PROXY");
    assertRefused(
        "--fleet-credentials: has no meaning with --fleet-github-app",
        "fleet",
        https,
        "fleet-credentials",
        "env:TOKEN",
        "fleet-github-app",
        "1",
        "fleet-github-app-key",
        "env:KEY");
    assertRefused(
        "--fleet-trusted-certificates: has no meaning for this URL",
        "fleet",
        "git+http://host/o/r",
        "fleet-trusted-certificates",
        "file:/ca.pem");
    assertRefused(
        "--fleet-proxy: has no meaning for this URL",
        "fleet",
        "git+ssh://git@host/r",
        "fleet-proxy",
        "http://proxy");
    assertRefused(
        "--fleet-proxy: is only for a fleet in a Git repository",
        "fleet",
        "fleet",
        "fleet-proxy",
        "http://proxy");
    assertRefused("http://HOST[:PORT]", "fleet", https, "fleet-proxy", "http://me:s3cret@proxy");
  }

  private static void assertRefused(String message, String... given) {
    assertThatThrownBy(() -> read(given))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("s3cret");
  }

  @Test
  void aSecretInPlaceOfAReferenceIsRefusedAndNotShown() {
    assertThatThrownBy(() -> read("fleet", "git+https://h/o/r", "fleet-credentials", "s3cret"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("by reference")
        .message()
        .doesNotContain("s3cret");
    assertThatThrownBy(() -> read("fleet", "git+https://s3cret@h/o/r"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--fleet-credentials")
        .message()
        .doesNotContain("s3cret");
  }

  private static RemotePolicy.Base repository(String... given) {
    FleetConfig config = read(given);
    return config.repository((FleetLocation.InGit) config.location());
  }

  private static FleetConfig read(String... given) {
    Map<String, List<String>> options = new HashMap<>();
    for (int i = 0; i < given.length; i += 2) {
      options.put(given[i], List.of(given[i + 1]));
    }
    return FleetConfig.from(
        new Settings(FleetConfig.SETTINGS, List.of()).read(options, Map.of(), Optional.empty()));
  }
}
