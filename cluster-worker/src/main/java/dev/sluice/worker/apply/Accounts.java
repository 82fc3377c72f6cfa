package dev.sluice.worker.apply;

import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Access to the objects of applications by the service accounts that their policies name. Each
 * account's requests impersonate it over the worker's connections. Nothing falls back to the
 * worker's own permissions: an application without an account uses them only where the worker does
 * not require accounts.
 */
public final class Accounts {

  /** The accounts whose access is kept; creating it again costs nothing but memory. */
  private static final int KEPT = 500;

  private final boolean required;
  private final ClusterApi api;
  private final Discovery discovery;
  private final Factory factory;
  private final Map<Optional<ServiceAccountName>, ObjectAccess> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(
            Map.Entry<Optional<ServiceAccountName>, ObjectAccess> eldest) {
          return size() > KEPT;
        }
      };

  /** Creates the access of an account. */
  @FunctionalInterface
  public interface Factory {

    /**
     * Returns an access.
     *
     * @param account that the API impersonates; empty for the worker's own permissions
     * @param api whose calls have the account's permissions
     * @param discovery that knows the kinds by the worker's permissions, and reads objects by the
     *     account's
     */
    ObjectAccess access(Optional<ServiceAccountName> account, ClusterApi api, Discovery discovery);
  }

  /**
   * Creates the access of a worker.
   *
   * @param required whether an application without an account is refused
   * @param api with the worker's own permissions
   */
  public Accounts(boolean required, ClusterApi api, Discovery discovery, Factory factory) {
    this.required = required;
    this.api = api;
    this.discovery = discovery;
    this.factory = factory;
  }

  /**
   * Returns the access of an application.
   *
   * @param account of its policy
   * @throws AccountRequiredException if it has none and the worker requires one
   */
  public ObjectAccess of(Optional<ServiceAccountName> account) throws AccountRequiredException {
    if (required && account.isEmpty()) {
      throw new AccountRequiredException();
    }
    synchronized (known) {
      return known.computeIfAbsent(account, this::create);
    }
  }

  private ObjectAccess create(Optional<ServiceAccountName> account) {
    if (account.isEmpty()) {
      return factory.access(account, api, discovery);
    }
    ClusterApi impersonating = api.as(account.get());
    return factory.access(account, impersonating, discovery.reading(impersonating));
  }
}
