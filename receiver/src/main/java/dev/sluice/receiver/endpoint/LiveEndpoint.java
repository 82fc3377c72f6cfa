package dev.sluice.receiver.endpoint;

import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.receiver.authenticity.Authenticator;
import dev.sluice.receiver.payload.PayloadReader;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Endpoint with its current secrets: the authenticator and the payload reader. */
public final class LiveEndpoint {

  private static final Logger LOG = LoggerFactory.getLogger(LiveEndpoint.class);

  private final Endpoint endpoint;
  private final Clock clock;
  private final PayloadReader reader;

  private volatile LiveSecrets secrets;
  private volatile Authenticator authenticator;
  private volatile List<ConfigurationException.Problem> refreshProblems = List.of();

  private LiveEndpoint(Endpoint endpoint, LiveSecrets secrets, Clock clock) {
    this.endpoint = endpoint;
    this.clock = clock;
    this.reader = Dialect.reader(endpoint.forge());
    this.secrets = secrets;
    this.authenticator = Dialect.authenticator(endpoint.forge(), secrets, clock);
  }

  /**
   * Reads all secrets.
   *
   * @return the endpoints by name
   * @throws ConfigurationException listing every secret that is missing, empty or malformed, and
   *     every duplicate name
   */
  public static Map<String, LiveEndpoint> resolve(List<Endpoint> endpoints, Clock clock) {
    List<ConfigurationException.Problem> problems = new ArrayList<>();
    Map<String, LiveEndpoint> live = new HashMap<>();
    Set<String> names = new HashSet<>();
    for (Endpoint endpoint : endpoints) {
      LiveSecrets secrets = LiveSecrets.read(endpoint, problems);
      if (!names.add(endpoint.name())) {
        problems.add(LiveSecrets.problem(endpoint, "the name is used twice"));
      }
      if (problems.isEmpty()) {
        live.put(endpoint.name(), new LiveEndpoint(endpoint, secrets, clock));
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return Map.copyOf(live);
  }

  public Endpoint endpoint() {
    return endpoint;
  }

  public Authenticator authenticator() {
    return authenticator;
  }

  public PayloadReader reader() {
    return reader;
  }

  /**
   * Reads the secrets again. If one cannot be read, the previous secrets stay in force. Blocks;
   * must not be called concurrently.
   */
  public void refresh() {
    List<ConfigurationException.Problem> problems = new ArrayList<>();
    LiveSecrets now = LiveSecrets.read(endpoint, problems);
    boolean knownProblem = problems.equals(refreshProblems);
    refreshProblems = List.copyOf(problems);
    if (!problems.isEmpty()) {
      if (!knownProblem) {
        LOG.atWarn()
            .addKeyValue("endpoint", endpoint.name())
            .addKeyValue("reason", problems.getFirst().expectation())
            .log("secrets cannot be read again; the ones read before stay in force");
      }
    } else if (!now.sameAs(secrets)) {
      authenticator = Dialect.authenticator(endpoint.forge(), now, clock);
      secrets = now;
      LOG.atInfo().addKeyValue("endpoint", endpoint.name()).log("secrets were changed");
    }
  }
}
