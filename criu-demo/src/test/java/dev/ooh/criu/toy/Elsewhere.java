package dev.ooh.criu.toy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import dev.ooh.image.file.FileAbilities;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.file.FileLayers;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** File systems that are not Linux's own, each with less than the one before. */
public enum Elsewhere {
  /** Renames and has links; directories can't be forced, and there are no locks of the kernel's. */
  IN_MEMORY,
  /** Has no links either. */
  WITHOUT_LINKS,
  /** Renames nothing, and shows a file when it is closed, if there is none of that name by then. */
  OBJECTS,
  /** The JDK's zip files: moving a directory makes another one, and moves nothing that is in it. */
  ZIP;

  private static final Configuration UNIX = Configuration.unix();

  /** A new one, empty. */
  public FileSystem open() throws IOException {
    if (this == ZIP) {
      Path file = Jimfs.newFileSystem(UNIX).getPath("/state.zip");
      return FileSystems.newFileSystem(file, Map.of("create", "true"));
    }
    return this == IN_MEMORY
        ? Jimfs.newFileSystem(UNIX.toBuilder().setAttributeViews("basic", "posix").build())
        : Jimfs.newFileSystem(UNIX.toBuilder().setSupportedFeatures(Feature.FILE_CHANNEL).build());
  }

  /** How a store changes it. */
  public FileLayer files(Path directory) {
    FileLayer plain = FileLayers.of(directory);
    return this == OBJECTS ? new ObjectFiles(plain) : plain;
  }

  private record ObjectFiles(FileLayer plain) implements FileLayer {
    @Override
    public FileAbilities abilities(Path directory) throws IOException {
      FileAbilities there = plain.abilities(directory);
      return new FileAbilities(false, there.links(), there.syncs(), there.locks());
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
      plain.createDirectory(directory);
    }

    @Override
    public Output create(Path file) {
      ByteArrayOutputStream contents = new ByteArrayOutputStream();
      return new Output() {
        private boolean closed;

        @Override
        public void write(ByteBuffer bytes) {
          while (bytes.hasRemaining()) {
            contents.write(bytes.get());
          }
        }

        @Override
        public void force() {}

        @Override
        public void abandon() {
          closed = true;
        }

        @Override
        public void close() throws IOException {
          if (!closed) {
            closed = true;
            put(file, contents.toByteArray());
          }
        }
      };
    }

    private void put(Path file, byte[] bytes) throws IOException {
      Files.createDirectories(file.getParent());
      try (Output out = plain.create(file)) {
        out.write(ByteBuffer.wrap(bytes));
      }
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      plain.syncDirectory(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      throw new AtomicMoveNotSupportedException("" + from, "" + to, "an object keeps its name");
    }

    @Override
    public void replace(Path from, Path to) throws IOException {
      rename(from, to);
    }

    @Override
    public void link(Path link, Path target) throws IOException {
      Files.createDirectories(link.getParent());
      plain.link(link, target);
    }

    @Override
    public void delete(Path path) throws IOException {
      plain.delete(path);
    }

    @Override
    public Closeable lock(Path file) throws IOException {
      return plain.lock(file);
    }
  }
}
