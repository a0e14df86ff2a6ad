package dev.ooh.image.file;

import dev.ooh.image.support.LockFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Any file system that {@code java.nio.file} has a provider for. What it can't do is found out by
 * trying.
 */
final class ProviderFiles extends DiskFiles {
  private static final Set<OpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final String PROBE_FILE = "file";

  @Override
  public FileAbilities abilities(Path directory) throws IOException {
    Path probe =
        directory.resolve(".probe-" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
    Path moved = probe.resolveSibling(probe.getFileName() + "-moved");
    try {
      createDirectory(probe);
      requireExclusiveCreation(probe.resolve(PROBE_FILE));
      boolean links = links(probe.resolve("link"));
      boolean syncs = syncs(probe);
      return new FileAbilities(moves(probe, moved), links, syncs, false);
    } finally {
      for (Path made : List.of(moved, probe)) {
        deleteTree(made);
      }
    }
  }

  /** Two writers, and the lock that keeps them apart, meet at a file that both create. */
  private void requireExclusiveCreation(Path file) throws IOException {
    fill(file);
    try {
      fill(file);
    } catch (FileAlreadyExistsException e) {
      return;
    }
    throw new IOException(
        "%s: the file system created it though it was there already, wanted one that refuses to (CREATE_NEW), as nothing else keeps two writers apart"
            .formatted(file));
  }

  private void fill(Path file) throws IOException {
    try (Output out = create(file)) {
      out.write(ByteBuffer.wrap(new byte[] {1}));
    }
  }

  /** What is in a directory must have moved along; some only make another directory. */
  private static boolean moves(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException
        | DirectoryNotEmptyException
        | UnsupportedOperationException e) {
      return false;
    }
    return Files.exists(to.resolve(PROBE_FILE)) && !Files.exists(from, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean links(Path link) throws IOException {
    try {
      Files.createSymbolicLink(link, link.getFileSystem().getPath("target"));
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  private static boolean syncs(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    FileAttribute<?>[] attributes =
        directory.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    Files.createDirectory(directory, attributes);
  }

  @Override
  public Output create(Path file) throws IOException {
    return new ChannelOutput(channel(file));
  }

  private static SeekableByteChannel channel(Path file) throws IOException {
    try {
      return FileChannel.open(file, NEW);
    } catch (UnsupportedOperationException e) {
      return Files.newByteChannel(file, NEW);
    }
  }

  /** As far as the file system can: {@link FileAbilities#weaker} says if it can't. */
  @Override
  public void syncDirectory(Path directory) {
    boolean _ = syncs(directory);
  }

  @Override
  public void link(Path link, Path target) throws IOException {
    try {
      Files.createSymbolicLink(link, target);
    } catch (UnsupportedOperationException e) {
      create(link).writeWhole(target.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public Closeable lock(Path file) throws IOException {
    return LockFile.take(file);
  }

  private record ChannelOutput(SeekableByteChannel channel) implements Output {
    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void force() throws IOException {
      if (channel instanceof FileChannel file) {
        file.force(true);
      }
    }

    @Override
    public void abandon() throws IOException {
      try (channel) {
        channel.truncate(0);
      } catch (UnsupportedOperationException e) {
        // a part of a file is there then, whose digest does not fit
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
