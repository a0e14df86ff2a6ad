package dev.ooh.image.file;

import dev.ooh.image.support.DiskLock;
import dev.ooh.image.support.EarlySync;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The default file system, Linux's own. A layer that does one thing otherwise extends this. */
public class DiskFiles implements FileLayer {
  @Override
  public void createDirectory(Path directory) throws IOException {
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  @Override
  public Output create(Path file) throws IOException {
    return new DiskOutput(
        file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  @Override
  public Rewritable createRewritable(Path file) throws IOException {
    return new RewritableFile(
        file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw failed(directory, "sync", e);
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(to.toString());
    }
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void link(Path link, Path target) throws IOException {
    Files.createSymbolicLink(link, target);
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public Closeable lock(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    return DiskLock.take(parent == null ? file : parent.toRealPath().resolve(file.getFileName()));
  }

  private static IOException failed(Path file, String what, IOException e) {
    return new IOException("%s: %s failed: %s".formatted(file, what, e.getMessage()), e);
  }

  private record RewritableFile(Path file, FileChannel channel) implements Rewritable {
    @Override
    public void write(ByteBuffer bytes, long offset) throws IOException {
      try {
        for (long at = offset; bytes.hasRemaining(); ) {
          at += channel.write(bytes, at);
        }
      } catch (IOException e) {
        throw failed(file, "write", e);
      }
    }

    @Override
    public void reach(long bytes) throws IOException {
      if (channel.size() < bytes) {
        write(ByteBuffer.allocate(1), bytes - 1);
      }
    }

    @Override
    public void force() throws IOException {
      try {
        channel.force(true);
      } catch (IOException e) {
        throw failed(file, "sync", e);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static final class DiskOutput implements Output {
    private final Path file;
    private final FileChannel channel;
    private final EarlySync early;

    DiskOutput(Path file, FileChannel channel) {
      this.file = file;
      this.channel = channel;
      early = new EarlySync(() -> channel.force(false), DiskOutput::start);
    }

    private static void start(Runnable sync) {
      Thread.ofPlatform().daemon().name("sync of image files").start(sync);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      int length = bytes.remaining();
      try {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      } catch (IOException e) {
        throw failed(file, "write", e);
      }
      early.written(length);
    }

    @Override
    public void force() throws IOException {
      try {
        early.await();
        channel.force(true);
      } catch (IOException e) {
        throw failed(file, "sync", e);
      }
    }

    @Override
    public void close() throws IOException {
      early.end();
      channel.close();
    }
  }
}
