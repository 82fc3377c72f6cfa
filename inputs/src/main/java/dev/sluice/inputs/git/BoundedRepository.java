package dev.sluice.inputs.git;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.PackParser;

/** A repository that refuses packs that would make it larger than a limit. */
final class BoundedRepository extends FileRepository {

  private final Path place;
  private final long limit;

  BoundedRepository(Path place, long limit) throws IOException {
    super(new FileRepositoryBuilder().setGitDir(place.toFile()).setBare().setup());
    this.place = place;
    this.limit = limit;
  }

  @Override
  public ObjectInserter newObjectInserter() {
    ObjectInserter inserter = super.newObjectInserter();
    return new ObjectInserter.Filter() {

      @Override
      protected ObjectInserter delegate() {
        return inserter;
      }

      @Override
      public PackParser newPackParser(InputStream pack) throws IOException {
        return inserter.newPackParser(
            limit == Long.MAX_VALUE ? pack : new Bounded(pack, limit - FileTree.bytes(place)));
      }
    };
  }

  /**
   * Requires space for more content.
   *
   * @param bytes its size, not compressed
   */
  void requireRoom(long bytes) throws IOException {
    if (limit != Long.MAX_VALUE && bytes > limit - FileTree.bytes(place)) {
      throw new MirrorTooLargeException(limit);
    }
  }

  /** The mirror would exceed its size limit. */
  static final class MirrorTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    MirrorTooLargeException(long limit) {
      super("its mirror would have more than %d MiB".formatted(limit >> 20));
    }
  }

  private final class Bounded extends FilterInputStream {
    private long left;

    Bounded(InputStream pack, long room) {
      super(pack);
      this.left = room;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      count(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count(read);
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = super.skip(bytes);
      count(skipped);
      return skipped;
    }

    private void count(long bytes) throws MirrorTooLargeException {
      left -= Math.max(0, bytes);
      if (left < 0) {
        throw new MirrorTooLargeException(limit);
      }
    }
  }
}
