package dev.ooh.image.remote;

import dev.ooh.image.file.FileLayer;
import dev.ooh.image.message.SetFiles;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What CRIU's clients sent: a directory a connection, with pagemaps and pages and nothing else.
 *
 * <pre>
 * D/received-000001/pagemap-4711.img, pages-1.img, …
 * D/received-000002/…                parent -> ../received-000001, if it leaves pages to that
 * </pre>
 */
final class ReceivedImages {
  private static final String PREFIX = "received-";

  private final Path directory;
  private final FileLayer files;
  private final boolean incremental;
  private @Nullable Received last;

  /**
   * A directory that is complete.
   *
   * @param pages by destination, those of its parents included
   */
  record Received(Path directory, Map<Long, PageSet> pages) {}

  ReceivedImages(Path directory, FileLayer files, boolean incremental) {
    this.directory = directory;
    this.files = files;
    this.incremental = incremental;
  }

  /** What a client may leave pages to. */
  synchronized Optional<Received> last() {
    return incremental ? Optional.ofNullable(last) : Optional.empty();
  }

  Draft draft(Optional<Received> parent) throws IOException {
    if (!files.abilities(directory).renames()) {
      throw new IOException(
          directory
              + ": nothing can be renamed there, wanted a file system that does for CRIU's"
              + " images");
    }
    Path work =
        directory.resolve(".draft-" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
    files.createDirectory(work);
    Draft draft = new Draft(work);
    if (parent.isPresent()) {
      Path above = directory.getFileSystem().getPath("..");
      files.link(
          work.resolve(SetFiles.PARENT), above.resolve(parent.get().directory().getFileName()));
    }
    return draft;
  }

  private synchronized Path publish(Path work, Map<Long, PageSet> pages) throws IOException {
    files.syncDirectory(work);
    Path target = directory.resolve(String.format(Locale.ROOT, "%s%06d", PREFIX, highest() + 1));
    files.rename(work, target);
    files.syncDirectory(directory);
    last = new Received(target, Map.copyOf(pages));
    return target;
  }

  private int highest() throws IOException {
    int highest = 0;
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
      for (Path entry : found) {
        String name = entry.getFileName().toString();
        if (name.matches(PREFIX + "[0-9]{6,9}")) {
          highest = Math.max(highest, Integer.parseInt(name.substring(PREFIX.length())));
        }
      }
    }
    return highest;
  }

  /** A directory being filled. Closed before it is published, it leaves nothing behind. */
  final class Draft implements AutoCloseable {
    private final Path work;
    private boolean published;

    private Draft(Path work) {
      this.work = work;
    }

    FileLayer.Output create(String name) throws IOException {
      return files.create(work.resolve(name));
    }

    /** Writes a whole file, durable when this returns; half of one is never published. */
    void write(String name, byte[] bytes) throws IOException {
      create(name).writeWhole(bytes);
    }

    /** Makes it visible; its files must be durable, and it is when this returns. */
    Path publish(Map<Long, PageSet> pages) throws IOException {
      Path target = ReceivedImages.this.publish(work, pages);
      published = true;
      return target;
    }

    @Override
    public void close() throws IOException {
      if (published || !Files.exists(work)) {
        return;
      }
      List<Path> entries = new ArrayList<>();
      try (DirectoryStream<Path> found = Files.newDirectoryStream(work)) {
        found.forEach(entries::add);
      }
      for (Path entry : entries) {
        files.delete(entry);
      }
      files.delete(work);
    }
  }
}
