package dev.ooh.image.remote;

import dev.ooh.image.file.FileLayer;
import dev.ooh.image.message.Manifest;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetDraft;
import dev.ooh.image.store.SetFolder;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A connection of one of our clients. What goes wrong before the client asks for an answer is told
 * then; until that, what it sends is read and dropped.
 */
final class OwnSession {
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");
  private static final Pattern SET_NAME = Pattern.compile("set-[0-9]{6,18}");
  private static final int GATHERED = 1 << 20;
  private static final int LONGEST_MANIFEST = 1 << 20;

  private final Connection client;
  private final ImageStore store;
  private final ReentrantLock writing;
  private final ServerLimits limits;
  private final PageServer.Listener listener;
  private final Map<String, FileLayer.Output> open = new HashMap<>();

  /** The names of those that are whole. */
  private final Set<String> whole = new HashSet<>();

  /** What there is of the manifest, which is checked before the set is published. */
  private final ByteArrayOutputStream manifest = new ByteArrayOutputStream();

  private final byte[] buffer = new byte[GATHERED];
  private @Nullable SetDraft draft;
  private @Nullable IOException failure;

  /** Whether a request was answered, and none failed. */
  private boolean done;

  /** And the listener is yet to be told. */
  private @Nullable Path published;

  /**
   * @param writing is held while a set is written to {@code store}
   */
  OwnSession(
      Connection client,
      ImageStore store,
      ReentrantLock writing,
      ServerLimits limits,
      PageServer.Listener listener) {
    this.client = client;
    this.store = store;
    this.writing = writing;
    this.limits = limits;
    this.listener = listener;
  }

  /**
   * @param hello the first request's header
   */
  void serve(byte[] hello) throws IOException {
    SetRequest first = request(hello);
    if (first.value() != SetRequest.VERSION) {
      answer(false, "version %d, wanted %d".formatted(first.value(), SetRequest.VERSION));
      return;
    }
    try (Closeable _ = this::drop) {
      for (byte[] header = next(); header != null; header = next()) {
        serve(request(header));
      }
      if (draft != null) {
        throw new IOException(client.peer() + ": it hung up before its set was complete");
      }
    }
  }

  /** The next request; null at the end, however that comes where nothing is left to do. */
  private byte @Nullable [] next() throws IOException {
    try {
      return client.readOrEnd(SetRequest.HEADER);
    } catch (IOException e) {
      if (done && draft == null) {
        return null;
      }
      throw e;
    }
  }

  private SetRequest request(byte[] header) throws IOException {
    int length = SetRequest.nameLength(header);
    if (length < 0 || length > SetRequest.LONGEST_NAME) {
      throw new IOException(
          "%s: name of %d bytes, wanted %d at most"
              .formatted(client.peer(), length, SetRequest.LONGEST_NAME));
    }
    return SetRequest.parse(header, client.read(length));
  }

  private void serve(SetRequest request) throws IOException {
    switch (request.command()) {
      case SetRequest.BEGIN -> answered(this::begin);
      case SetRequest.FILE -> attempt(() -> create(request.name()));
      case SetRequest.CONTENTS -> contents(request.name(), request.value());
      case SetRequest.END -> attempt(() -> end(request.name()));
      case SetRequest.PARENT -> attempt(() -> parent(request.name()));
      case SetRequest.PUBLISH -> publishAndTell(request.value() == 1);
      case SetRequest.REMOVE -> answered(() -> remove(request.name()));
      default ->
          throw new IOException(
              "%s: command %d, wanted one of ours".formatted(client.peer(), request.command()));
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private interface Answering {
    String run() throws IOException;
  }

  private void attempt(Step step) {
    if (failure == null) {
      try {
        step.run();
      } catch (IOException e) {
        failure = e;
      }
    }
  }

  private void answered(Answering step) throws IOException {
    String[] text = {""};
    attempt(() -> text[0] = step.run());
    IOException failed = failure;
    done = failed == null;
    answer(failed == null, failed == null ? text[0] : String.valueOf(failed.getMessage()));
    if (failed != null) {
      throw failed; // the client knows, and has to begin anew
    }
  }

  private void answer(boolean done, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    client.writeInt(done ? 1 : 0);
    client.writeInt(bytes.length);
    client.write(bytes);
    client.flush();
  }

  private String begin() throws IOException {
    if (draft != null) {
      throw wrong("a second set was begun", "the first one complete");
    }
    lock();
    boolean begun = false;
    try {
      draft = store.draft();
      begun = true;
      return "";
    } finally {
      if (!begun) {
        writing.unlock();
      }
    }
  }

  private void lock() throws IOException {
    try {
      if (writing.tryLock(limits.turn().toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IOException(
        "another set is being sent, and was not complete after %d s"
            .formatted(limits.turn().toSeconds()));
  }

  private SetDraft draft() throws IOException {
    SetDraft begun = draft;
    if (begun == null) {
      throw wrong("no set was begun", "one");
    }
    return begun;
  }

  private void create(String name) throws IOException {
    if (!FILE_NAME.matcher(name).matches()) {
      throw wrong("a file '%s'".formatted(name), "a name of letters, digits, dots and dashes");
    }
    if (name.equals(SetFiles.PARENT)) {
      throw wrong("a file '%s'".formatted(name), "that said by PARENT");
    }
    if (open.size() >= limits.openFiles()) {
      throw wrong(open.size() + " files without an end", "fewer");
    }
    open.put(name, draft().create(name));
  }

  private FileLayer.Output open(String name) throws IOException {
    FileLayer.Output file = open.get(name);
    if (file == null) {
      throw wrong("contents of '%s'".formatted(name), "it begun before");
    }
    return file;
  }

  private void contents(String name, long bytes) throws IOException {
    if (bytes < 0) {
      throw wrong(bytes + " bytes of contents", "0 or more");
    }
    for (long left = bytes; left > 0; ) {
      int length = (int) Math.min(left, buffer.length);
      client.readFully(buffer, length);
      attempt(() -> write(name, length));
      left -= length;
    }
  }

  private void write(String name, int length) throws IOException {
    open(name).write(ByteBuffer.wrap(buffer, 0, length));
    if (name.equals(SetFiles.MANIFEST)) {
      if (manifest.size() + length > LONGEST_MANIFEST) {
        throw wrong("a longer %s".formatted(name), "%d bytes at most".formatted(LONGEST_MANIFEST));
      }
      manifest.write(buffer, 0, length);
    }
  }

  private void end(String name) throws IOException {
    FileLayer.Output file = open(name);
    file.force(); // if it fails the file stays open, and is abandoned with the set
    open.remove(name);
    file.close();
    whole.add(name);
  }

  private void parent(String name) throws IOException {
    draft().parent(set(name));
  }

  private Path set(String name) throws IOException {
    Path set = store.directory().resolve(name);
    if (!SET_NAME.matcher(name).matches() || !Files.isDirectory(set)) {
      throw wrong("no set '%s'".formatted(name), "one that is there");
    }
    return set;
  }

  private String publish(boolean newest) throws IOException {
    if (!open.isEmpty()) {
      throw wrong("files without an end: " + Arrays.toString(open.keySet().toArray()), "all whole");
    }
    checkManifest();
    Path set = draft().publish(newest);
    published = set;
    drop();
    return set.getFileName().toString();
  }

  /** What is published may become the latest, which must not be what nobody can read. */
  private void checkManifest() throws IOException {
    Set<String> missing =
        new TreeSet<>(
            Manifest.parse(store.directory().resolve(SetFiles.MANIFEST), manifest.toByteArray())
                .files()
                .keySet());
    missing.removeAll(whole);
    if (!missing.isEmpty()) {
      throw wrong("nothing of " + String.join(", ", missing), "each file that is listed");
    }
  }

  /** The set is durable whether or not the client can be told so. */
  private void publishAndTell(boolean newest) throws IOException {
    try {
      answered(() -> publish(newest));
    } finally {
      if (published != null) {
        listener.received(published);
        published = null;
      }
    }
  }

  private String remove(String name) throws IOException {
    lock();
    try {
      Path set = set(name);
      SetFolder folder = new SetFolder(store.directory());
      if (folder.isLatest(set)) {
        throw wrong("%s to remove, which is the latest".formatted(name), "another");
      }
      for (Path other : folder.sets()) {
        if (SetFolder.parentOf(other)
            .map(Path::getFileName)
            .equals(Optional.of(set.getFileName()))) {
          throw wrong(
              "%s to remove, which %s builds on".formatted(name, other.getFileName()),
              "one that nothing builds on");
        }
      }
      store.remove(set);
    } finally {
      writing.unlock();
    }
    return "";
  }

  private void drop() throws IOException {
    SetDraft begun = draft;
    if (begun == null) {
      return;
    }
    draft = null;
    try (begun) {
      abandonOpen();
      whole.clear();
      manifest.reset();
    } finally {
      writing.unlock();
    }
  }

  /** One that can't be given up doesn't keep the others. */
  private void abandonOpen() throws IOException {
    IOException first = null;
    for (FileLayer.Output file : open.values()) {
      try {
        file.abandon();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    open.clear();
    if (first != null) {
      throw first;
    }
  }

  private IOException wrong(String found, String wanted) {
    return new IOException("%s: found %s, wanted %s".formatted(client.peer(), found, wanted));
  }
}
