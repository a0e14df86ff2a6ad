package dev.ooh.image.support;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A lock where the system has none: a file that only one can create, and that names who did. It
 * stays behind when its holder dies; whoever comes next on the same machine can tell, and takes it
 * over. After a restart of the machine, in another container or on another machine nobody can, so a
 * person must.
 *
 * <pre>{@code process 4711 of 4cd43a8e-…/pid:[4026531836] since 179112 lock 9b2c5e0a-…}</pre>
 *
 * The machine is named by the kernel's boot id and the namespace of process ids, within which the
 * number means something; a process by when it started, in ticks since the machine did. No two
 * locks have the same text, so what names a dead process is replaced once: by the one who holds a
 * second lock, which is named after that text.
 *
 * <p>For one thread.
 */
public final class LockFile implements Closeable {
  /** Before the digest of a dead holder's text: the lock of the one who may remove it. */
  public static final String TAKEOVER = ".lock-takeover-";

  private static final Pattern HOLDER =
      Pattern.compile("process (\\d{1,18}) of (\\S+) since (\\d{1,18}) lock \\S+");
  private static final int ATTEMPTS = 3;

  private final Path file;
  private final String text;
  private boolean closed;

  private LockFile(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  /**
   * Creates {@code file}.
   *
   * @throws FileSystemException saying who holds it
   */
  public static LockFile take(Path file) throws IOException {
    String text = self();
    for (int attempt = 1; ; attempt++) {
      try {
        create(file, text);
        return new LockFile(file, text);
      } catch (FileAlreadyExistsException e) {
        Optional<String> holder = holder(file);
        if (holder.isPresent() && (attempt == ATTEMPTS || !isDead(holder.get()))) {
          throw held(file, holder.get());
        }
        if (holder.isPresent()) {
          remove(file, holder.get());
        } else if (attempt == ATTEMPTS) {
          throw held(file, "another process");
        }
      }
    }
  }

  /** Removes the lock of a dead process, unless another one did meanwhile. */
  private static void remove(Path file, String dead) throws IOException {
    String name = TAKEOVER + UUID.nameUUIDFromBytes(dead.getBytes(StandardCharsets.US_ASCII));
    try (LockFile _ = take(file.resolveSibling(name))) {
      if (holder(file).equals(Optional.of(dead))) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static void create(Path file, String text) throws IOException {
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      withdraw(file, text, e);
      throw e;
    }
  }

  /** Removes what a failed write left, which would name nobody. */
  private static void withdraw(Path file, String text, IOException cause) {
    try {
      if (holder(file).filter(text::startsWith).isPresent()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static String self() {
    long pid = ProcessHandle.current().pid();
    return String.format(
        Locale.ROOT,
        "process %d of %s since %d lock %s",
        pid,
        Processes.HERE.machine().orElse("?"),
        Processes.HERE.start(pid).orElse(0),
        UUID.randomUUID());
  }

  private static Optional<String> holder(Path file) throws IOException {
    try {
      return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.US_ASCII));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // given back meanwhile
    }
  }

  private static boolean isDead(String holder) {
    Matcher parts = HOLDER.matcher(holder);
    return parts.matches()
        && Processes.HERE.machine().equals(Optional.of(parts.group(2)))
        && Processes.HERE.isGone(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(3)));
  }

  private static FileSystemException held(Path file, String holder) {
    Matcher parts = HOLDER.matcher(holder);
    String who = "another process";
    if (parts.matches()) {
      boolean here = Processes.HERE.machine().equals(Optional.of(parts.group(2)));
      boolean self = here && parts.group(1).equals("" + ProcessHandle.current().pid());
      who =
          "process " + parts.group(1) + (self ? ", this one," : here ? "" : " of another machine");
    }
    return new FileSystemException(
        file.toString(), null, who + " writes to it (if that one is dead, delete the file)");
  }

  /** Removes the file, unless it is another one's by now. */
  @Override
  public void close() throws IOException {
    if (!closed && holder(file).equals(Optional.of(text))) {
      Files.deleteIfExists(file);
    }
    closed = true;
  }
}
