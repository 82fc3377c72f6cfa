package dev.sluice.platform.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Records that are larger than a topic's limit, and within it only because their producer
 * compresses them: the targets of large applications. A producer checks the size of a record before
 * it is compressed, and a broker that of the compressed batch.
 */
public final class LargeRecords {

  /** The largest value of a record that is compressed. */
  public static final int MAX_BYTES = 48 * 1024 * 1024;

  /** Room for other records of the transaction, which are in the producer's buffer as well. */
  private static final int OTHERS = 16 * 1024 * 1024;

  /** The version of Kafka's record batches. */
  private static final byte FORMAT = 2;

  private static final Compression COMPRESSION = Compression.zstd().build();

  private LargeRecords() {}

  /** Changes a producer's properties, so that it compresses, and sends large records. */
  static void allow(Map<String, Object> producer) {
    producer.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, COMPRESSION.type().name);
    producer.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_BYTES + OTHERS);
    producer.put(ProducerConfig.BUFFER_MEMORY_CONFIG, MAX_BYTES + OTHERS);
  }

  /**
   * Changes a consumer's properties, so that it has one large record in memory at a time. Its
   * limits of bytes count compressed ones.
   */
  static void oneAtATime(Map<String, Object> consumer) {
    consumer.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
  }

  /** Returns the size of a value in bytes after the producer has compressed it. */
  public static int compressed(byte[] value) {
    ByteBufferOutputStream compressed =
        new ByteBufferOutputStream(Math.min(value.length, KafkaConnection.MAX_RECORD_BYTES));
    try (OutputStream out = COMPRESSION.wrapForOutput(compressed, FORMAT)) {
      out.write(value);
    } catch (IOException e) {
      throw new UncheckedIOException("memory is always writable", e);
    }
    return compressed.position();
  }
}
