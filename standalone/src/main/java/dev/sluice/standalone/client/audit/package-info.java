/** Answers to the questions of an auditor, from answers of the API. */
@NullMarked
package dev.sluice.standalone.client.audit;

import org.jspecify.annotations.NullMarked;
