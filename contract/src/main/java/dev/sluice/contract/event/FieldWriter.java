package dev.sluice.contract.event;

import java.time.Instant;
import java.util.Optional;

/**
 * Someone who wrote fields of a live object, as its {@code managedFields} name them.
 *
 * @param manager the field manager, such as {@code kubectl-edit}
 * @param operation {@code Update} or {@code Apply}
 * @param subresource such as {@code scale}; absent if the object itself was written
 * @param at when it last wrote; absent if the server does not say
 */
public record FieldWriter(
    String manager, String operation, Optional<String> subresource, Optional<Instant> at) {}
