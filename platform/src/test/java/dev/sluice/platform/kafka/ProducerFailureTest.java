package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProducerFailureTest {

  static Stream<Arguments> errors() {
    return Stream.of(
        arguments(new RecordTooLargeException("x"), ProducerFailure.RECORD),
        arguments(new RecordBatchTooLargeException("x"), ProducerFailure.RECORD),
        arguments(new SerializationException("x"), ProducerFailure.RECORD),
        arguments(new InvalidRecordException("x"), ProducerFailure.RECORD),
        arguments(new InvalidTimestampException("x"), ProducerFailure.RECORD),
        arguments(new TopicAuthorizationException("x"), ProducerFailure.NOT_ALLOWED),
        arguments(new TransactionalIdAuthorizationException("x"), ProducerFailure.NOT_ALLOWED),
        arguments(new SaslAuthenticationException("x"), ProducerFailure.NOT_ALLOWED),
        arguments(new TimeoutException("x"), ProducerFailure.UNAVAILABLE),
        arguments(new NetworkException("x"), ProducerFailure.UNAVAILABLE),
        arguments(new NotEnoughReplicasException("x"), ProducerFailure.UNAVAILABLE),
        arguments(new TransactionAbortedException("x"), ProducerFailure.UNAVAILABLE),
        arguments(new ProducerFencedException("x"), ProducerFailure.FENCED),
        arguments(new InvalidProducerEpochException("x"), ProducerFailure.FENCED),
        arguments(new OutOfOrderSequenceException("x"), ProducerFailure.FENCED),
        arguments(new IllegalStateException("x"), ProducerFailure.FENCED));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void anErrorIsClassifiedByItsCausesToo(Exception error, ProducerFailure means) {
    assertThat(ProducerFailure.of(error)).isEqualTo(means);
    assertThat(ProducerFailure.of(new KafkaException("in an error state", error))).isEqualTo(means);
    assertThat(ProducerFailure.of(new ExecutionException(new KafkaException(error))))
        .isEqualTo(means);
  }
}
