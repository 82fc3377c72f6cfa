package dev.sluice.contract.event;

import java.util.List;

/**
 * The fields of an application's live objects that other field managers own.
 *
 * @param owned by object, manager and effect
 * @param omitted the number of further entries
 */
public record OtherManagers(List<OwnedFields> owned, int omitted) {

  public OtherManagers {
    owned = List.copyOf(owned);
  }
}
