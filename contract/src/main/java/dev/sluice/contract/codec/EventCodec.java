package dev.sluice.contract.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Encodes events as Kafka records and decodes them: JSON value, CloudEvents 1.0 in binary mode
 * ({@code ce_*} headers, Kafka protocol binding), {@code traceparent} header.
 */
public final class EventCodec {

  /** The header with the type of an event (CloudEvents 1.0, Kafka protocol binding). */
  public static final String TYPE_HEADER = "ce_type";

  private static final String TRACE_HEADER = "traceparent";

  // headers with the same bytes in every record share them; nothing changes a header's value
  private static final byte[] SPEC_VERSION = "1.0".getBytes(UTF_8);
  private static final byte[] CONTENT_TYPE = "application/json".getBytes(UTF_8);

  private static final Map<EventType, byte[]> TYPES = bytes(EventType::ceType);
  private static final Map<EventType, byte[]> SCHEMAS = bytes(EventType::schemaId);

  private EventCodec() {}

  private static Map<EventType, byte[]> bytes(Function<EventType, String> text) {
    Map<EventType, byte[]> bytes = new EnumMap<>(EventType.class);
    for (EventType type : EventType.values()) {
      bytes.put(type, text.apply(type).getBytes(UTF_8));
    }
    return bytes;
  }

  /** Returns the record for an event, on the partition that its key hashes to. */
  public static ProducerRecord<String, byte[]> encode(String topic, Envelope<?> envelope) {
    return encode(topic, null, envelope);
  }

  /** Returns the record for an event, on the given partition. */
  public static ProducerRecord<String, byte[]> encode(
      String topic, @Nullable Integer partition, Envelope<?> envelope) {
    return new ProducerRecord<>(
        topic, partition, envelope.event().key(), value(envelope.event()), headers(envelope));
  }

  /** Returns the JSON of an event. */
  public static byte[] value(Event event) {
    try {
      return Json.mapper().writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      return escaped(event);
    }
  }

  /** Returns the size of an event's JSON in bytes, without having it in memory. */
  public static long size(Event event) {
    try {
      return size(Json.mapper().writer(), event);
    } catch (JsonProcessingException e) {
      return sizeEscaped(event);
    }
  }

  private static long sizeEscaped(Event event) {
    try {
      return size(Json.mapper().writer().with(JsonWriteFeature.ESCAPE_NON_ASCII), event);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + event.getClass().getName(), e);
    }
  }

  private static long size(ObjectWriter writer, Event event) throws JsonProcessingException {
    CountingStream counted = new CountingStream();
    try {
      writer.writeValue(counted, event);
    } catch (JsonProcessingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("counting does not fail", e);
    }
    return counted.bytes;
  }

  /** Counts the bytes that are written to it. */
  private static final class CountingStream extends OutputStream {

    private long bytes;

    @Override
    public void write(int one) {
      bytes++;
    }

    @Override
    public void write(byte[] some, int offset, int length) {
      bytes += length;
    }
  }

  /**
   * Returns the JSON with all non-ASCII characters escaped. Text with half of a surrogate pair
   * cannot be encoded as UTF-8; written as escape sequences it can, and it is read back unchanged.
   */
  private static byte[] escaped(Event event) {
    try {
      return Json.mapper()
          .writer()
          .with(JsonWriteFeature.ESCAPE_NON_ASCII)
          .writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + event.getClass().getName(), e);
    }
  }

  /** Returns the headers of an event. */
  public static Headers headers(Envelope<?> envelope) {
    EventType type = EventType.of(envelope.event());
    Headers headers = new RecordHeaders();
    headers
        .add("ce_specversion", SPEC_VERSION)
        .add("ce_id", envelope.id().value().getBytes(UTF_8))
        .add("ce_source", envelope.source().getBytes(UTF_8))
        .add(TYPE_HEADER, TYPES.get(type))
        .add("ce_dataschema", SCHEMAS.get(type))
        .add("ce_time", envelope.time().toString().getBytes(UTF_8))
        .add("ce_subject", envelope.event().key().getBytes(UTF_8))
        .add("content-type", CONTENT_TYPE)
        .add(TRACE_HEADER, envelope.trace().value().getBytes(UTF_8));
    if (envelope.event() instanceof DeadLetterEvent event) {
      DeadLetterHeaders.add(headers, event, envelope);
    }
    return headers;
  }

  /**
   * Returns the trace that a record belongs to, even if the rest of the record cannot be decoded.
   */
  public static Optional<TraceParent> trace(ConsumerRecord<?, ?> record) {
    return header(record.headers(), TRACE_HEADER).flatMap(TraceParent::parse);
  }

  /** Decodes a record. No content of a record makes it throw. */
  public static Decoded decode(ConsumerRecord<String, byte[]> record) {
    Headers headers = record.headers();
    Optional<String> ceType = header(headers, TYPE_HEADER);
    if (ceType.isEmpty()) {
      return new Decoded.Damaged("no ce_type header");
    }
    Optional<EventType> type = EventType.named(ceType.get());
    if (type.isEmpty()) {
      return new Decoded.UnknownType(ceType.get());
    }
    if (record.value() == null) {
      return new Decoded.Damaged("no value");
    }
    try {
      @Nullable Event event =
          Json.mapper()
              .readerFor(type.get().eventClass())
              // a missing required field would otherwise fail much later, where it is used
              .with(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
              .readValue(record.value());
      if (event == null) {
        return new Decoded.Damaged("the value is null");
      }
      String id = header(headers, "ce_id").orElse("");
      Instant time =
          header(headers, "ce_time")
              .map(Instant::parse)
              .orElse(Instant.ofEpochMilli(record.timestamp()));
      return new Decoded.Known(
          new Envelope<>(
              new EventId(id),
              header(headers, "ce_source").orElse("unknown"),
              time,
              trace(record).orElseGet(TraceParent::start),
              event));
    } catch (JacksonException e) {
      return new Decoded.Damaged(
          "the value is not a valid %s: %s".formatted(ceType.get(), e.getOriginalMessage()));
    } catch (IOException | RuntimeException | StackOverflowError e) {
      return new Decoded.Damaged("not a valid %s: %s".formatted(ceType.get(), e.getMessage()));
    }
  }

  private static Optional<String> header(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), UTF_8));
  }
}
