package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.ConfigurationException.Problem;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Settings of the fleet.
 *
 * @param credentials {@code user:password} or a bare token for the fleet's repository
 * @param ssh keys for the fleet's repository, if its URL is one of SSH
 * @param https certificates, a proxy or a GitHub App for the fleet's repository
 * @param identity the canonical name of the fleet's repository, if webhooks do not name it as its
 *     URL does
 */
public record FleetConfig(
    FleetLocation location,
    Optional<SecretReference> credentials,
    Optional<SshAccess> ssh,
    Optional<HttpsAccess> https,
    Optional<RepositoryId> identity,
    FleetValidation validation) {

  public static final Setting<FleetLocation> FLEET =
      Setting.of(
          "fleet",
          "PATH|git+URL[//PATH][@REF]",
          "the fleet's YAML documents: a directory, or a directory in a Git repository at a branch"
              + " or full ref (default: the repository's root and default branch)",
          FleetLocation::parse);
  public static final Setting<Optional<SecretReference>> CREDENTIALS =
      reference("fleet-credentials", "user:password or a token for the fleet's Git repository");
  public static final Setting<Optional<SecretReference>> SSH_KEY =
      reference("fleet-ssh-key", "private key for a fleet's repository with an SSH URL");
  public static final Setting<Optional<SecretReference>> SSH_PASSPHRASE =
      reference("fleet-ssh-passphrase", "passphrase of --fleet-ssh-key");
  public static final Setting<Optional<SecretReference>> KNOWN_HOSTS =
      reference("fleet-known-hosts", "host keys for a fleet's repository with an SSH URL");
  private static final Setting<Optional<RepositoryId>> IDENTITY =
      Setting.of(
              "fleet-identity",
              "HOST/PATH",
              "name of the fleet's Git repository in webhooks (default: that of its URL)",
              RepositoryId::parse)
          .optional();
  private static final Setting<Optional<FleetValidation>> VALIDATION =
      Setting.of(
              "fleet-validation",
              "strict|lenient",
              "strict: a revision with any invalid document is refused as a whole; lenient: its"
                  + " valid documents come into force (default: strict for a Git repository,"
                  + " lenient for a directory)",
              FleetValidation::parse)
          .optional();

  /** Settings of access to a fleet in a Git repository. */
  public static final List<Setting<?>> ACCESS =
      Stream.of(
              List.<Setting<?>>of(CREDENTIALS, SSH_KEY, SSH_PASSPHRASE, KNOWN_HOSTS),
              FleetHttps.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  public static final List<Setting<?>> SETTINGS =
      Stream.of(List.<Setting<?>>of(FLEET), ACCESS, List.<Setting<?>>of(IDENTITY, VALIDATION))
          .<Setting<?>>flatMap(List::stream)
          .toList();

  static Setting<Optional<SecretReference>> reference(String name, String description) {
    return Setting.of(name, "REF", description + ": env:NAME or file:PATH", SecretReference::new)
        .optional();
  }

  /** Returns the default settings of a fleet in a directory. */
  public static FleetConfig of(Path directory) {
    return at(new FleetLocation.Directory(directory));
  }

  /** Returns the default settings of a fleet. */
  public static FleetConfig at(FleetLocation location) {
    return new FleetConfig(
        location,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        byDefault(location));
  }

  /**
   * Reads the settings.
   *
   * @throws ConfigurationException if they contradict each other
   */
  public static FleetConfig from(SettingValues values) {
    FleetConfig access = withAccess(values.get(FLEET), values);
    refuseWithoutGit(values, access.location, List.of(IDENTITY));
    return new FleetConfig(
        access.location,
        access.credentials,
        access.ssh,
        access.https,
        values.get(IDENTITY),
        values.get(VALIDATION).orElse(access.validation));
  }

  /**
   * Reads the settings of {@link #ACCESS} for a fleet.
   *
   * @throws ConfigurationException if they contradict each other
   */
  public static FleetConfig withAccess(FleetLocation location, SettingValues values) {
    refuseWithoutGit(values, location, ACCESS);
    if (values.get(SSH_PASSPHRASE).isPresent() && values.get(SSH_KEY).isEmpty()) {
      throw new ConfigurationException(
          List.of(
              new Problem(SSH_PASSPHRASE.option(), "has no meaning without " + SSH_KEY.option())));
    }
    boolean hasSsh = Stream.of(SSH_KEY, KNOWN_HOSTS).anyMatch(values::isGiven);
    if (hasSsh
        && location instanceof FleetLocation.InGit git
        && !RepositoryDocuments.isOfSsh(git.url())) {
      throw new ConfigurationException(
          List.of(
              new Problem(
                  (values.isGiven(SSH_KEY) ? SSH_KEY : KNOWN_HOSTS).option(),
                  "has no meaning for this URL: it is not git+ssh:// or git+USER@HOST:PATH")));
    }
    return new FleetConfig(
        location,
        values.get(CREDENTIALS),
        hasSsh
            ? Optional.of(
                new SshAccess(
                    values.get(SSH_KEY), values.get(SSH_PASSPHRASE), values.get(KNOWN_HOSTS)))
            : Optional.empty(),
        location instanceof FleetLocation.InGit git
            ? FleetHttps.read(values, git.url())
            : Optional.empty(),
        Optional.empty(),
        byDefault(location));
  }

  private static void refuseWithoutGit(
      SettingValues values, FleetLocation location, List<Setting<?>> settings) {
    if (location instanceof FleetLocation.InGit) {
      return;
    }
    List<Problem> problems = new ArrayList<>();
    for (Setting<?> setting : settings) {
      if (values.isGiven(setting)) {
        problems.add(
            new Problem(
                setting.option(), "is only for a fleet in a Git repository: --fleet git+URL"));
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  private static FleetValidation byDefault(FleetLocation location) {
    return switch (location) {
      case FleetLocation.Directory _ -> FleetValidation.LENIENT;
      case FleetLocation.InGit _ -> FleetValidation.STRICT;
    };
  }

  /** Returns these settings with another validation. */
  public FleetConfig with(FleetValidation other) {
    return new FleetConfig(location, credentials, ssh, https, identity, other);
  }

  /** Returns the repository that a fleet in Git is in; empty for a directory. */
  public Optional<RepositoryId> followed() {
    return location instanceof FleetLocation.InGit git
        ? Optional.of(repository(git).repository())
        : Optional.empty();
  }

  /** Returns the fleet's repository. */
  RemotePolicy.Base repository(FleetLocation.InGit git) {
    return new RemotePolicy.Base(
        identity.orElseGet(() -> RepositoryId.fromUrl(git.url())),
        git.url(),
        credentials,
        ssh,
        https,
        Optional.empty());
  }
}
