package dev.sluice.standalone.install;

import dev.sluice.platform.process.OutsideFailures;
import dev.sluice.standalone.cli.ExitException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.admin.UserScramCredentialsDescription;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.ResourceNotFoundException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.resource.ResourcePatternFilter;

/** A user of Kafka with a SCRAM-SHA-512 password and ACLs. */
final class KafkaAccount {

  private static final int FAILED = 1;

  /** Iterations of the hash, the default of Kafka's tools. */
  private static final int ITERATIONS = 4096;

  private final Admin admin;
  private final String user;

  KafkaAccount(Admin admin, String user) {
    this.admin = admin;
    this.user = user;
  }

  /** Returns the names of all users that have a password. */
  static Set<String> users(Admin admin) throws InterruptedException {
    return call(() -> new TreeSet<>(admin.describeUserScramCredentials().users().get()));
  }

  private interface Call<T> {
    T run() throws ExecutionException, InterruptedException;
  }

  /** Returns whether the user has a password. */
  boolean exists() throws InterruptedException {
    return call(
        () -> {
          try {
            UserScramCredentialsDescription description =
                admin.describeUserScramCredentials(List.of(user)).description(user).get();
            return description.credentialInfos().stream()
                .map(ScramCredentialInfo::mechanism)
                .anyMatch(ScramMechanism.SCRAM_SHA_512::equals);
          } catch (ExecutionException e) {
            if (e.getCause() instanceof ResourceNotFoundException) {
              return false;
            }
            throw e;
          }
        });
  }

  /** Sets the password. */
  void setPassword(String password) throws InterruptedException {
    alter(
        new UserScramCredentialUpsertion(
            user, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS), password));
  }

  /** Returns the ACLs that the user has. */
  Set<AclBinding> acls() throws InterruptedException {
    return call(() -> new HashSet<>(admin.describeAcls(ofUser()).values().get()));
  }

  void allow(List<AclBinding> bindings) throws InterruptedException {
    call(() -> admin.createAcls(bindings).all().get());
  }

  /** Deletes the password and all ACLs of the user; returns whether there were any. */
  boolean delete() throws InterruptedException {
    boolean existed = exists();
    if (existed) {
      alter(new UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512));
    }
    int acls = call(() -> admin.deleteAcls(List.of(ofUser())).all().get()).size();
    return existed || acls > 0;
  }

  private void alter(UserScramCredentialAlteration alteration) throws InterruptedException {
    call(() -> admin.alterUserScramCredentials(List.of(alteration)).all().get());
  }

  private AclBindingFilter ofUser() {
    return new AclBindingFilter(
        ResourcePatternFilter.ANY,
        new AccessControlEntryFilter(
            "User:" + user, null, AclOperation.ANY, AclPermissionType.ANY));
  }

  private static <T> T call(Call<T> call) throws InterruptedException {
    try {
      return call.run();
    } catch (ExecutionException e) {
      throw new ExitException(
          FAILED,
          switch (e.getCause()) {
            case ClusterAuthorizationException _ ->
                ("the Kafka user of --kafka-properties may not create users and ACLs: let somebody"
                    + " who may run what --print-acls prints, and name the worker's Secret with"
                    + " --kafka-secret");
            case SecurityDisabledException _ ->
                ("Kafka has no authorizer, so ACLs would have no effect: leave --kafka-properties"
                    + " out, or set the brokers' authorizer.class.name");
            default -> "Kafka: " + OutsideFailures.describe(e);
          });
    }
  }

  /** Returns the client's settings for this user, besides the address and TLS. */
  static Map<String, String> login(String user, String password) {
    return Map.of(
        "sasl.mechanism",
        ScramMechanism.SCRAM_SHA_512.mechanismName(),
        "sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, password));
  }
}
