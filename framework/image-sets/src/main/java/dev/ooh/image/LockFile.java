package dev.ooh.image;

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
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A lock where the system has none: a file that only one can create, and that names who did. It
 * stays behind when its holder dies; whoever comes next on the same machine can tell, and takes it
 * over. On another machine nobody can, so a person must.
 *
 * <pre>{@code process 4711 of 4cd43a8e-…/pid:[4026531836] since 1789000000000}</pre>
 *
 * The machine is named by the kernel's boot id and the namespace of process ids, within which the
 * number means something.
 */
final class LockFile implements Closeable {
  private static final Pattern HOLDER =
      Pattern.compile("process (\\d{1,18}) of (\\S+) since (\\d+)");
  private static final int ATTEMPTS = 3;

  private final Path file;

  private LockFile(Path file) {
    this.file = file;
  }

  /**
   * Creates {@code file}.
   *
   * @throws FileSystemException saying who holds it
   */
  static LockFile take(Path file) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        create(file, self());
        return new LockFile(file);
      } catch (FileAlreadyExistsException e) {
        Optional<String> holder = holder(file);
        if (holder.isPresent() && (attempt == ATTEMPTS || !isDead(holder.get()))) {
          throw held(file, holder.get());
        }
        if (holder.isPresent()) {
          Files.deleteIfExists(file);
        } else if (attempt == ATTEMPTS) {
          throw held(file, "another process");
        }
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
    }
  }

  private static String self() {
    return "process %d of %s since %d"
        .formatted(
            ProcessHandle.current().pid(), machine().orElse("?"), since(ProcessHandle.current()));
  }

  private static long since(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static Optional<String> machine() {
    try {
      return Optional.of(
          Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
              + "/"
              + Files.readSymbolicLink(Path.of("/proc/self/ns/pid")));
    } catch (IOException e) {
      return Optional.empty();
    }
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
    if (!parts.matches() || !machine().equals(Optional.of(parts.group(2)))) {
      return false;
    }
    return ProcessHandle.of(Long.parseLong(parts.group(1)))
        .filter(process -> Long.toString(since(process)).equals(parts.group(3)))
        .isEmpty();
  }

  private static FileSystemException held(Path file, String holder) {
    Matcher parts = HOLDER.matcher(holder);
    String who = "another process";
    if (parts.matches()) {
      boolean here = machine().equals(Optional.of(parts.group(2)));
      boolean self = here && parts.group(1).equals("" + ProcessHandle.current().pid());
      who =
          "process " + parts.group(1) + (self ? ", this one," : here ? "" : " of another machine");
    }
    return new FileSystemException(
        file.toString(), null, who + " writes to it (if that one is dead, delete the file)");
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
