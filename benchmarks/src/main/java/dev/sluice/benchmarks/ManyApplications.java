package dev.sluice.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.name.CommitId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.Deflater;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.PackInserter;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.TreeFormatter;

/**
 * Bare repository of N kustomizations with five files each; every tenth builds on a shared base.
 * Objects are written directly to packs.
 */
public final class ManyApplications implements AutoCloseable {

  /** The number of files of an application. */
  public static final int FILES = 5;

  private final Path directory;
  private final FileRepository repository;
  private final int bytes;
  private final SplittableRandom random = new SplittableRandom(1);
  private final List<ObjectId> applications = new ArrayList<>();
  private ObjectId base = ObjectId.zeroId();
  private Optional<ObjectId> head = Optional.empty();
  private int changes;

  private ManyApplications(Path directory, FileRepository repository, int bytes) {
    this.directory = directory;
    this.repository = repository;
    this.bytes = bytes;
  }

  static ManyApplications create(Path directory, int applications) throws IOException {
    return create(directory, applications, 0);
  }

  /**
   * Creates a repository.
   *
   * @param bytes of text in a file of each application, which does not compress
   */
  public static ManyApplications create(Path directory, int applications, int bytes)
      throws IOException {
    FileRepository repository = new FileRepository(directory.toFile());
    repository.create(true);
    ManyApplications many = new ManyApplications(directory, repository, bytes);
    try (PackInserter inserter = repository.getObjectDatabase().newPackInserter()) {
      inserter.setCompressionLevel(Deflater.BEST_SPEED);
      inserter.checkExisting(false);
      TreeMap<String, String> files = new TreeMap<>();
      files.put("kustomization.yaml", "resources: [common.yaml]\n");
      files.put("common.yaml", map("common", "0"));
      many.base = tree(inserter, files);
      for (int i = 0; i < applications; i++) {
        many.applications.add(many.application(inserter, i, 0));
      }
      many.commit(inserter);
    }
    return many;
  }

  /** Returns the directory of an application. */
  public static String path(int application) {
    return "apps/app-%05d".formatted(application);
  }

  /** Returns the URL of the repository. */
  public String url() {
    return "file://" + directory;
  }

  /** Changes one file of an application and moves the branch. */
  public CommitId change(int application) throws IOException {
    try (ObjectInserter inserter = repository.getObjectDatabase().newPackInserter()) {
      applications.set(application, application(inserter, application, ++changes));
      return commit(inserter);
    }
  }

  /** Changes one file of each application and moves the branch. */
  public CommitId changeAll() throws IOException {
    try (ObjectInserter inserter = repository.getObjectDatabase().newPackInserter()) {
      changes++;
      for (int i = 0; i < applications.size(); i++) {
        applications.set(i, application(inserter, i, changes));
      }
      return commit(inserter);
    }
  }

  private CommitId commit(ObjectInserter inserter) throws IOException {
    TreeFormatter apps = new TreeFormatter();
    for (int i = 0; i < applications.size(); i++) {
      apps.append(path(i).substring("apps/".length()), FileMode.TREE, applications.get(i));
    }
    TreeFormatter root = new TreeFormatter();
    root.append("apps", FileMode.TREE, inserter.insert(apps));
    root.append("base", FileMode.TREE, base);
    CommitBuilder commit = new CommitBuilder();
    commit.setTreeId(inserter.insert(root));
    commit.setParentIds(head.stream().toList());
    PersonIdent author =
        new PersonIdent("Author", "author@example.com", Instant.EPOCH, ZoneOffset.UTC);
    commit.setAuthor(author);
    commit.setCommitter(author);
    commit.setMessage("change");
    ObjectId id = inserter.insert(commit);
    inserter.flush();
    RefUpdate update = repository.updateRef("refs/heads/main");
    update.setNewObjectId(id);
    update.setForceUpdate(true);
    update.update();
    head = Optional.of(id);
    return new CommitId(id.name());
  }

  private ObjectId application(ObjectInserter inserter, int number, int version)
      throws IOException {
    TreeMap<String, String> files = new TreeMap<>();
    String name = "app-" + number;
    files.put(
        "kustomization.yaml",
        "resources: [a.yaml, b.yaml%s]\nconfigMapGenerator: [{name: %s, envs: [settings.env]}]\n"
            .formatted(number % 10 == 0 ? ", ../../base" : "", name));
    files.put("a.yaml", map(name + "-a", version + noise()));
    files.put("b.yaml", map(name + "-b", "0"));
    files.put("settings.env", "level=info\n");
    files.put("README.md", name + "\n");
    return tree(inserter, files);
  }

  private String noise() {
    byte[] noise = new byte[bytes * 3 / 4];
    random.nextBytes(noise);
    return Base64.getEncoder().encodeToString(noise);
  }

  private static ObjectId tree(ObjectInserter inserter, SortedMap<String, String> files)
      throws IOException {
    TreeFormatter tree = new TreeFormatter();
    for (var file : files.entrySet()) {
      tree.append(
          file.getKey(),
          FileMode.REGULAR_FILE,
          inserter.insert(Constants.OBJ_BLOB, file.getValue().getBytes(UTF_8)));
    }
    return inserter.insert(tree);
  }

  private static String map(String name, String value) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {value: '%s'}\n"
        .formatted(name, value);
  }

  @Override
  public void close() {
    repository.close();
  }
}
