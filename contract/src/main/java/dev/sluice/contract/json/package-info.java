/** The JSON mapper for events, fleet documents and ledgers. */
@NullMarked
package dev.sluice.contract.json;

import org.jspecify.annotations.NullMarked;
