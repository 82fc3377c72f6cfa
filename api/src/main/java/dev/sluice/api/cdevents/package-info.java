/** Events of Sluice as CDEvents, the vocabulary of continuous delivery (cdevents.dev). */
@NullMarked
package dev.sluice.api.cdevents;

import org.jspecify.annotations.NullMarked;
