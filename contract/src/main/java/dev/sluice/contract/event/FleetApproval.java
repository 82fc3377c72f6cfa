package dev.sluice.contract.event;

/**
 * Approval of a fleet revision that takes many applications out.
 *
 * @param given the event id of the approval
 * @param by the administrator, as the API authenticated them
 * @param reason why, as the administrator gave it
 */
public record FleetApproval(EventId given, String by, String reason) {}
