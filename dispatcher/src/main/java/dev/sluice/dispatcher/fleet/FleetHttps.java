package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.GithubApp;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.ConfigurationException.Problem;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Settings of access to the fleet's own repository over HTTPS, as a Repository has in https. */
final class FleetHttps {

  private static final Setting<Optional<SecretReference>> AUTHORITIES =
      FleetConfig.reference(
          "fleet-trusted-certificates",
          "PEM certificates of the only authorities that are trusted for the fleet's repository");
  private static final Setting<Optional<SecretReference>> CERTIFICATE =
      FleetConfig.reference(
          "fleet-client-certificate",
          "PEM certificate with its chain that is shown to the server of the fleet's repository");
  private static final Setting<Optional<SecretReference>> KEY =
      FleetConfig.reference(
          "fleet-client-key",
          "private key of --fleet-client-certificate, PEM without a passphrase");
  private static final Setting<Optional<String>> PROXY =
      Setting.of(
              "fleet-proxy",
              "http://HOST[:PORT]",
              "proxy for the fleet's repository (default: the one of the process)",
              HttpsDocument::proxy)
          .optional();
  private static final Setting<Optional<SecretReference>> PROXY_CREDENTIALS =
      FleetConfig.reference("fleet-proxy-credentials", "user:password for --fleet-proxy");
  private static final Setting<Optional<String>> APP =
      Setting.of(
              "fleet-github-app",
              "ID",
              "id, or client id, of a GitHub App whose tokens are the credentials of the fleet's"
                  + " repository",
              HttpsDocument::appId)
          .optional();
  private static final Setting<Optional<SecretReference>> APP_KEY =
      FleetConfig.reference("fleet-github-app-key", "private key of --fleet-github-app");
  private static final Setting<Optional<String>> APP_INSTALLATION =
      Setting.of(
              "fleet-github-app-installation",
              "ID",
              "id of the app's installation (default: GitHub is asked for the repository's)",
              HttpsDocument::installationId)
          .optional();
  private static final Setting<Optional<String>> APP_API =
      Setting.of(
              "fleet-github-app-api",
              "URL",
              "API of --fleet-github-app (default: that of the repository's host)",
              HttpsDocument::api)
          .optional();

  static final List<Setting<?>> SETTINGS =
      List.of(
          AUTHORITIES,
          CERTIFICATE,
          KEY,
          PROXY,
          PROXY_CREDENTIALS,
          APP,
          APP_KEY,
          APP_INSTALLATION,
          APP_API);

  private FleetHttps() {}

  /**
   * Reads the settings; empty if none is given.
   *
   * @param url of the fleet's repository
   * @throws ConfigurationException if they contradict each other
   */
  static Optional<HttpsAccess> read(SettingValues values, String url) {
    if (SETTINGS.stream().noneMatch(values::isGiven)) {
      return Optional.empty();
    }
    List<Problem> problems = new ArrayList<>();
    requireBoth(values, CERTIFICATE, KEY, problems);
    requireBoth(values, APP, APP_KEY, problems);
    requireFirst(values, PROXY, PROXY_CREDENTIALS, problems);
    requireFirst(values, APP, APP_INSTALLATION, problems);
    requireFirst(values, APP, APP_API, problems);
    if (values.isGiven(APP) && values.isGiven(FleetConfig.CREDENTIALS)) {
      problems.add(
          new Problem(
              FleetConfig.CREDENTIALS.option(),
              "has no meaning with %s, whose tokens are the credentials".formatted(APP.option())));
    }
    HttpsAccess access = access(values);
    if (!HttpsDocument.isFor(access, url)) {
      SETTINGS.stream()
          .filter(values::isGiven)
          .forEach(
              setting ->
                  problems.add(
                      new Problem(
                          setting.option(),
                          "has no meaning for this URL: it is not git+https://HOST/PATH")));
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return Optional.of(access);
  }

  private static HttpsAccess access(SettingValues values) {
    return new HttpsAccess(
        values.get(AUTHORITIES),
        values.get(CERTIFICATE),
        values.get(KEY),
        values.get(PROXY),
        values.get(PROXY_CREDENTIALS),
        values
            .get(APP)
            .flatMap(
                app ->
                    values
                        .get(APP_KEY)
                        .map(
                            key ->
                                new GithubApp(
                                    app, values.get(APP_INSTALLATION), key, values.get(APP_API)))),
        Optional.empty());
  }

  private static void requireBoth(
      SettingValues values, Setting<?> one, Setting<?> other, List<Problem> problems) {
    requireFirst(values, one, other, problems);
    requireFirst(values, other, one, problems);
  }

  /** Adds a problem if a setting is given without the one that it belongs to. */
  private static void requireFirst(
      SettingValues values, Setting<?> first, Setting<?> given, List<Problem> problems) {
    if (values.isGiven(given) && !values.isGiven(first)) {
      problems.add(new Problem(given.option(), "has no meaning without " + first.option()));
    }
  }
}
