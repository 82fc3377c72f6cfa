/** What a request says before anyone understands it: its headers and the form around its body. */
@NullMarked
package dev.sluice.receiver.request;

import org.jspecify.annotations.NullMarked;
