package dev.ooh.image;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The files of one set, each compared with what the manifest says before anybody parses it. All of
 * them are, also those that a restore has no use for.
 */
record CheckedFiles(Path set, Manifest manifest, int identity) {
  private static final long LARGEST = Integer.MAX_VALUE - 8;

  static CheckedFiles of(Path set) throws IOException {
    CheckedFiles files = unread(set);
    for (String name : files.manifest.files().keySet()) {
      if (!isPages(name)) {
        files.bytes(name);
      }
    }
    return files;
  }

  /** Without a look at any but the manifest. */
  static CheckedFiles unread(Path set) throws IOException {
    Path file = set.resolve(Manifest.FILE);
    if (!Files.exists(file)) {
      throw new ImageException(file, "nothing", "the list of files that ooh checkpoint writes");
    }
    byte[] bytes = read(file);
    return new CheckedFiles(set, Manifest.parse(file, bytes), Manifest.identity(bytes));
  }

  /** Pages are read once, when they are needed, and have digests of their own. */
  private static boolean isPages(String name) {
    return name.startsWith("pages-");
  }

  static byte[] read(Path file) throws IOException {
    try {
      long size = Files.size(file);
      if (size > LARGEST) {
        throw new ImageException(file, size + " bytes", "at most " + LARGEST);
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new ImageException(file, "nothing", "a file of the set");
    }
  }

  Path path(String name) {
    return set.resolve(name);
  }

  /** The contents of {@code name}, of the length and digest that they had when written. */
  byte[] bytes(String name) throws IOException {
    ListedFile wanted = listed(name);
    byte[] bytes = read(path(name));
    if (bytes.length != wanted.bytes()) {
      throw new ImageException(
          path(name),
          Math.min(bytes.length, wanted.bytes()),
          bytes.length + " bytes",
          wanted.bytes() + " bytes");
    }
    int digest = Digest.of(bytes, 0, bytes.length);
    if (digest != wanted.digest()) {
      throw new ImageException(path(name), 0, Digest.text(digest), Digest.text(wanted.digest()));
    }
    return bytes;
  }

  /**
   * As {@link #bytes}; but the pagemap of pages that went to a page server is that server's, and
   * the manifest doesn't list it. The pages have their digests all the same.
   */
  byte[] pagemapBytes(String name) throws IOException {
    if (lists(name)) {
      return bytes(name);
    }
    if (!Files.exists(path(name))) {
      throw new ImageException(
          path(name), "nothing", "it, and the pages, copied here from their page server");
    }
    return read(path(name));
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
