package dev.sluice.api.http;

import java.util.Optional;

/**
 * Question about an application to a cluster's worker.
 *
 * @param patienceSeconds how long to wait for the answer; 20 if absent, at most 25
 */
record QuestionRequest(String application, String cluster, Optional<Integer> patienceSeconds) {}
