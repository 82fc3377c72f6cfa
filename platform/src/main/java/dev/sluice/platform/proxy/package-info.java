/** Proxies of HTTP between this process and other servers. */
@NullMarked
package dev.sluice.platform.proxy;

import org.jspecify.annotations.NullMarked;
