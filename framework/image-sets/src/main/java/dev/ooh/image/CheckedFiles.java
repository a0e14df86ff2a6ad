package dev.ooh.image;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The files of one set, each compared with what the manifest says before anybody parses it. All of
 * them are, also those that a restore has no use for.
 */
record CheckedFiles(Path set, Manifest manifest, int identity) {
  static final String INVENTORY = "inventory.img";

  /** Half of what there is: nobody's file is to end the program. */
  private static final long LARGEST =
      Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / 2);

  private static final int AT_ONCE = 1 << 16;

  static CheckedFiles of(Path set) throws IOException {
    CheckedFiles files = unread(set);
    for (String name : files.manifest.files().keySet()) {
      if (!isPages(name)) {
        files.compare(name);
      }
    }
    return files;
  }

  /** Without a look at any but the manifest. */
  static CheckedFiles unread(Path set) throws IOException {
    Path file = set.resolve(Manifest.FILE);
    if (!Inspection.isThere(file)) {
      throw isOurs(set)
          ? new ImageException(file, "nothing", "the list of files that ooh checkpoint writes")
          : ImageException.foreign(set, contents(set));
    }
    byte[] bytes = read(file);
    if (!Manifest.hasMagic(bytes) && !isOurs(set)) {
      throw ImageException.foreign(set, "an %s of another program".formatted(Manifest.FILE));
    }
    return new CheckedFiles(set, Manifest.parse(file, bytes), Manifest.identity(bytes));
  }

  /** Pages are read once, when they are needed, and have digests of their own. */
  private static boolean isPages(String name) {
    return name.startsWith("pages-");
  }

  /** Whether a set lies there that lacks its manifest: these two no other program writes. */
  private static boolean isOurs(Path set) throws IOException {
    return Inspection.isThere(set.resolve(PageDigests.FILE));
  }

  private static String contents(Path set) throws IOException {
    Optional<BasicFileAttributes> found = Inspection.of(set);
    if (found.isEmpty() || !found.get().isDirectory()) {
      return found.map(Inspection::kind).orElse("nothing");
    }
    return Inspection.isThere(set.resolve(INVENTORY))
        ? "images of a program that criu dumped"
        : "a directory without images";
  }

  /** The length of a file in a set's own directory: nothing else is opened, no pipe above all. */
  static long length(Path file, String wanted) throws IOException {
    Optional<BasicFileAttributes> found = Inspection.of(file, LinkOption.NOFOLLOW_LINKS);
    if (found.isEmpty()) {
      throw new ImageException(file, "nothing", wanted);
    }
    if (!found.get().isRegularFile()) {
      throw new ImageException(file, Inspection.kind(found.get()), "a file of the set's own");
    }
    return found.get().size();
  }

  static byte[] read(Path file) throws IOException {
    return read(file, length(file, "a file of the set"));
  }

  /** The bytes of its manifest; none where there is no such file. */
  static byte[] manifest(Path set) throws IOException {
    Path file = set.resolve(Manifest.FILE);
    return Inspection.isThere(file) ? read(file) : new byte[0];
  }

  /** Reads a file that was found to have such a length. */
  private static byte[] read(Path file, long length) throws IOException {
    if (length > LARGEST) {
      throw new ImageException(file, length + " bytes", "at most " + LARGEST + " with this heap");
    }
    try (InputStream in = open(file)) {
      byte[] bytes = in.readNBytes((int) length);
      if (bytes.length < length || in.read() >= 0) {
        throw new ImageException(
            file, bytes.length, "another end than a moment before", length + " bytes");
      }
      return bytes;
    }
  }

  private static InputStream open(Path file) throws IOException {
    try {
      return Files.newInputStream(file);
    } catch (AccessDeniedException e) {
      throw ImageException.denied(file);
    }
  }

  Path path(String name) {
    return set.resolve(name);
  }

  /** The contents of {@code name}, of the length and digest that they had when written. */
  byte[] bytes(String name) throws IOException {
    byte[] bytes = read(path(name), listedLength(name));
    compareDigest(name, Digest.of(bytes, 0, bytes.length));
    return bytes;
  }

  /** Whether it has both, whatever is in it and however long it is. */
  private void compare(String name) throws IOException {
    long left = listedLength(name);
    CRC32C crc = new CRC32C();
    try (InputStream in = open(path(name))) {
      byte[] buffer = new byte[(int) Math.min(AT_ONCE, left + 1)];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        crc.update(buffer, 0, read);
      }
    }
    compareDigest(name, (int) crc.getValue());
  }

  /** Before anything is read. */
  private long listedLength(String name) throws IOException {
    long wanted = listed(name).bytes();
    long found = length(path(name), "a file of the set");
    if (found != wanted) {
      throw new ImageException(
          path(name), Math.min(found, wanted), found + " bytes", wanted + " bytes");
    }
    return wanted;
  }

  private void compareDigest(String name, int digest) throws IOException {
    ListedFile wanted = listed(name);
    if (digest != wanted.digest()) {
      throw new ImageException(path(name), 0, Digest.text(digest), Digest.text(wanted.digest()));
    }
  }

  /**
   * As {@link #bytes}; but the pagemap of pages that went to a page server is that server's, and
   * the manifest doesn't list it. The pages have their digests all the same.
   */
  byte[] pagemapBytes(String name) throws IOException {
    if (lists(name)) {
      return bytes(name);
    }
    return read(
        path(name), length(path(name), "it, and the pages, copied here from their page server"));
  }

  boolean lists(String name) {
    return manifest.files().containsKey(name);
  }

  /** What the manifest says about {@code name}. */
  ListedFile listed(String name) throws ImageException {
    ListedFile file = manifest.files().get(name);
    if (file == null) {
      throw new ImageException(path(Manifest.FILE), "no file " + name, "it listed");
    }
    return file;
  }

  /** Reads an image of one message. */
  <T extends MessageLite> T single(String name, ImageType type, Parser<T> parser)
      throws IOException {
    Entries entries = Entries.open(path(name), bytes(name), type);
    T message = entries.next(type + " entry", parser).message();
    if (entries.hasNext()) {
      throw new ImageException(path(name), "a second entry", "one");
    }
    return message;
  }
}
