package dev.sluice.worker.protect;

import dev.sluice.contract.fleet.WriteProtection;
import java.util.List;

/**
 * Configuration of the protection of objects against other writers.
 *
 * @param enabled whether the worker installs the policy
 * @param emergencyGroup the group whose members may write all protected objects in an emergency
 * @param allow users and groups that may always write all protected objects
 */
public record ProtectionConfig(boolean enabled, String emergencyGroup, List<String> allow) {

  public static final ProtectionConfig OFF =
      new ProtectionConfig(false, "sluice:break-glass", List.of());

  public ProtectionConfig {
    WriteProtection.requireName(emergencyGroup);
    allow = List.copyOf(allow);
    allow.forEach(WriteProtection::requireName);
  }
}
