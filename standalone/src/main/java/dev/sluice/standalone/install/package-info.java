/**
 * Commands that install Sluice in clusters by the manifests of k8s/, add clusters, and remove both.
 */
@NullMarked
package dev.sluice.standalone.install;

import org.jspecify.annotations.NullMarked;
