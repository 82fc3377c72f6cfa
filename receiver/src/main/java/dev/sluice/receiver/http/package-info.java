/** The HTTP shell: bounds what a request may cost, and turns outcomes into responses. */
@NullMarked
package dev.sluice.receiver.http;

import org.jspecify.annotations.NullMarked;
