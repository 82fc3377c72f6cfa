/** Names and ids: repositories, refs, commits, applications, clusters, generations. */
@NullMarked
package dev.sluice.contract.name;

import org.jspecify.annotations.NullMarked;
