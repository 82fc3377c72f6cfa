/** Commands that install Sluice in clusters, and remove it again, from the manifests of k8s/. */
@NullMarked
package dev.sluice.standalone.install;

import org.jspecify.annotations.NullMarked;
