/** Events as Kafka records: types, headers, encoding and decoding. */
@NullMarked
package dev.sluice.contract.codec;

import org.jspecify.annotations.NullMarked;
