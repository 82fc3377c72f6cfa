/** Raw parts of a request: its headers, and the form around its body. */
@NullMarked
package dev.sluice.receiver.request;

import org.jspecify.annotations.NullMarked;
