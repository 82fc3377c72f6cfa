package dev.sluice.dispatcher.archive;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.archive.Manifest.InvalidManifestException;
import dev.sluice.platform.kafka.Topics;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Archive of targets by cluster, application and generation. Nothing in it is ever changed or
 * deleted.
 *
 * <p>The content of each file is an object {@code blobs/XX/SHA256.gz}, which all generations,
 * applications and clusters share. A target is a {@link Manifest}, the object {@code
 * targets/PREFIX/CLUSTER/APPLICATION/GENERATION.json.gz}, which is stored after its blobs.
 *
 * <p>A generation can be sent twice with different content, if the state that counts generations
 * was lost. The second target is stored as {@code GENERATION-2.json.gz}, the third as {@code
 * GENERATION-3}, and so on. A target that is archived already is not stored again.
 */
public final class TargetArchive implements AutoCloseable {

  private static final ObjectReader READER =
      Json.mapper()
          .readerFor(SyncEvent.Target.class)
          .with(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

  private final ObjectStore store;
  private final String prefix;

  /**
   * Creates an archive.
   *
   * @param topics of the installation, which has manifests of its own; blobs are shared
   */
  TargetArchive(ObjectStore store, Topics topics) {
    this.store = store;
    this.prefix = topics.prefix();
  }

  /**
   * The effect of a write.
   *
   * @param isNew whether the target was not archived yet
   * @param stored the bytes that were added to the store, compressed
   * @param deduplicated the bytes of files that the store had already, uncompressed
   */
  public record Written(boolean isNew, long stored, long deduplicated) {}

  /**
   * Archives a target. After it returns, the target is stored durably.
   *
   * @throws ArchiveException if the store cannot be used
   */
  public Written write(SyncEvent.Target target) {
    return write(target, EventCodec.value(target));
  }

  /**
   * Archives a target as the JSON of its record, which may have fields that this version does not
   * know.
   */
  Written write(SyncEvent.Target target, byte[] json) {
    Manifest.Split split = Manifest.split(json);
    long stored = 0;
    long deduplicated = 0;
    for (Map.Entry<Digest, byte[]> blob : split.contents().entrySet()) {
      ObjectKey key = blob.getKey().key();
      byte[] content = blob.getValue();
      long added = store.exists(key) ? 0 : put(key, Gzip.compress(content));
      stored += added;
      deduplicated += added == 0 ? content.length : 0;
    }
    // last: a manifest promises that its blobs are stored
    long added = put(target, split.manifest());
    return new Written(added > 0, stored + added, deduplicated);
  }

  private long put(SyncEvent.Target target, Manifest manifest) {
    byte[] compressed = Gzip.compress(manifest.bytes());
    for (int version = 1; ; version++) {
      ObjectKey key = key(target.cluster(), target.application(), target.generation(), version);
      if (store.putIfAbsent(key, compressed)) {
        return compressed.length;
      }
      if (store.get(key).filter(before -> isSame(before, compressed, manifest)).isPresent()) {
        return 0;
      }
    }
  }

  /** Returns whether a stored manifest is about the same target; not if it is damaged. */
  private static boolean isSame(byte[] stored, byte[] compressed, Manifest manifest) {
    try {
      return Arrays.equals(stored, compressed)
          || Manifest.read(Gzip.decompress(stored, ObjectStore.MAX_OBJECT_BYTES))
              .digest()
              .equals(manifest.digest());
    } catch (IOException | InvalidManifestException e) {
      return false;
    }
  }

  private long put(ObjectKey key, byte[] compressed) {
    return store.putIfAbsent(key, compressed) ? compressed.length : 0;
  }

  /**
   * Returns the target of a generation, whose JSON is byte for byte what was written; empty if none
   * is archived. If the generation was sent several times with different content, this is the one
   * that was archived last.
   *
   * @throws ArchiveException if the store cannot be used, or what it has is damaged
   */
  public Optional<SyncEvent.Target> read(
      ClusterName cluster, ApplicationName application, Generation generation) {
    return newest(cluster, application, generation)
        .map(
            key -> {
              SyncEvent.Target target = read(key);
              if (!target.cluster().equals(cluster)
                  || !target.application().equals(application)
                  || !target.generation().equals(generation)) {
                throw new ArchiveException.Damaged(key, "is the manifest of another target");
              }
              return target;
            });
  }

  private Optional<ObjectKey> newest(
      ClusterName cluster, ApplicationName application, Generation generation) {
    Optional<ObjectKey> newest = Optional.empty();
    for (int version = 1; ; version++) {
      ObjectKey key = key(cluster, application, generation, version);
      if (!store.exists(key)) {
        return newest;
      }
      newest = Optional.of(key);
    }
  }

  private SyncEvent.Target read(ObjectKey key) {
    try {
      byte[] json =
          Manifest.read(content(key, ObjectStore.MAX_OBJECT_BYTES)).restored(this::content);
      return READER.readValue(json);
    } catch (InvalidManifestException e) {
      throw new ArchiveException.Damaged(key, e.getMessage());
    } catch (IOException e) {
      throw new ArchiveException.Damaged(key, "leads to a target that cannot be read");
    }
  }

  private byte[] content(Manifest.Reference reference) {
    ObjectKey key = reference.digest().key();
    byte[] content = content(key, Math.clamp(reference.size(), 0, ObjectStore.MAX_OBJECT_BYTES));
    if (!Digest.of(content).equals(reference.digest())) {
      throw new ArchiveException.Damaged(key, "does not have the content that its name says");
    }
    return content;
  }

  private byte[] content(ObjectKey key, int most) {
    byte[] stored =
        store.get(key).orElseThrow(() -> new ArchiveException.Damaged(key, "is missing"));
    try {
      byte[] content = Gzip.decompress(stored, most);
      if (content.length > most) {
        throw new ArchiveException.Damaged(key, "is larger than it was when it was written");
      }
      return content;
    } catch (IOException e) {
      throw new ArchiveException.Damaged(key, "is damaged: it cannot be decompressed");
    }
  }

  private ObjectKey key(
      ClusterName cluster, ApplicationName application, Generation generation, int version) {
    return new ObjectKey(
        "targets/%s/%s/%s/%s%s.json.gz"
            .formatted(
                prefix, cluster, application, generation, version == 1 ? "" : "-" + version));
  }

  /** Returns where the archive is, for messages; without secrets. */
  @Override
  public String toString() {
    return store.toString();
  }

  @Override
  public void close() {
    store.close();
  }
}
