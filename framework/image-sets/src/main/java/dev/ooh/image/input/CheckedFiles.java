package dev.ooh.image.input;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.ooh.image.ImageException;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.message.CriuMessages;
import dev.ooh.image.message.Entries;
import dev.ooh.image.message.ImageType;
import dev.ooh.image.message.ListedFile;
import dev.ooh.image.message.Manifest;
import dev.ooh.image.message.SetFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The files of one set, each compared with what the manifest says before anybody parses it. All of
 * them are, also those that a restore has no use for.
 */
public record CheckedFiles(Path set, Manifest manifest, int identity) {
  private static final int AT_ONCE = 1 << 16;

  /** Those of a set, all of them compared. */
  public static CheckedFiles of(Path set) throws IOException {
    CheckedFiles files = unread(set);
    for (String name : files.manifest.files().keySet()) {
      if (!SetFiles.isPages(name)) { // those are read once, when needed, and have own digests
        files.compare(name);
      }
    }
    return files;
  }

  /** Without a look at any but the manifest. */
  public static CheckedFiles unread(Path set) throws IOException {
    Path file = set.resolve(SetFiles.MANIFEST);
    if (!Inspection.isThere(file)) {
      throw isOurs(set)
          ? new ImageException(file, "nothing", "the list of files that ooh checkpoint writes")
          : ImageException.foreign(set, contents(set));
    }
    byte[] bytes = RegularFile.read(file);
    if (!Manifest.hasMagic(bytes) && !isOurs(set)) {
      throw ImageException.foreign(set, "an %s of another program".formatted(SetFiles.MANIFEST));
    }
    return new CheckedFiles(set, Manifest.parse(file, bytes), Manifest.identity(bytes));
  }

  /** Whether a set lies there that lacks its manifest: these two no other program writes. */
  private static boolean isOurs(Path set) throws IOException {
    return Inspection.isThere(set.resolve(SetFiles.DIGESTS));
  }

  private static String contents(Path set) throws IOException {
    Optional<BasicFileAttributes> found = Inspection.of(set);
    if (found.isEmpty() || !found.get().isDirectory()) {
      return found.map(Inspection::kind).orElse("nothing");
    }
    return Inspection.isThere(set.resolve(SetFiles.INVENTORY))
        ? "images of a program that criu dumped"
        : "a directory without images";
  }

  /** The bytes of its manifest; none where there is no such file. */
  public static byte[] manifest(Path set) throws IOException {
    Path file = set.resolve(SetFiles.MANIFEST);
    return Inspection.isThere(file) ? RegularFile.read(file) : new byte[0];
  }

  /** Where the file of a name is. */
  public Path path(String name) {
    return set.resolve(name);
  }

  /** The contents of {@code name}, of the length and digest that they had when written. */
  public byte[] bytes(String name) throws IOException {
    byte[] bytes = RegularFile.read(path(name), listedLength(name));
    compareDigest(name, Digest.of(bytes, 0, bytes.length));
    return bytes;
  }

  /** Whether it has both, whatever is in it and however long it is. */
  private void compare(String name) throws IOException {
    long left = listedLength(name);
    CRC32C crc = new CRC32C();
    try (InputStream in = RegularFile.open(path(name))) {
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
    long found = RegularFile.length(path(name), "a file of the set");
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
  public byte[] pagemapBytes(String name) throws IOException {
    if (lists(name)) {
      return bytes(name);
    }
    return RegularFile.read(
        path(name),
        RegularFile.length(path(name), "it, and the pages, copied here from their page server"));
  }

  /** Whether the manifest has the file of a name. */
  public boolean lists(String name) {
    return manifest.files().containsKey(name);
  }

  /** What the manifest says about {@code name}. */
  public ListedFile listed(String name) throws ImageException {
    ListedFile file = manifest.files().get(name);
    if (file == null) {
      throw new ImageException(path(SetFiles.MANIFEST), "no file " + name, "it listed");
    }
    return file;
  }

  /** Reads an image of one message. */
  public <T extends MessageLite> T single(String name, ImageType type, Parser<T> parser)
      throws IOException {
    Entries entries = Entries.open(path(name), bytes(name), type);
    T message = entries.next(type + " entry", parser).message();
    if (entries.hasNext()) {
      throw new ImageException(path(name), "a second entry", "one");
    }
    return message;
  }

  /** The process that the images are of, under which they are filed. */
  public int pid() throws IOException {
    return single(SetFiles.PSTREE, ImageType.PSTREE, CriuMessages.Pstree.parser()).getPid();
  }
}
