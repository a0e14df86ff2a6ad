package dev.ooh.image.message;

import dev.ooh.image.ImageException;
import dev.ooh.image.SetDescription;
import dev.ooh.image.digest.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code ooh.img}: what the set is of, and the length and digest of every other file in it, so that
 * no damage passes unseen. CRIU's tools ignore it.
 *
 * <pre>
 *  0         4             8                12
 *  ├─────────┼─────────────┼────────────────┼─ entries ─┬────────────┬─────────────────┬─ … ────────
 *  │ magic   │ version = 1 │ CRC32C from 12 │           │ u32 length │ SetDescription  │ ListedFile
 *  │ "OOHM"  │             │ on to the end  │           │            │                 │ likewise …
 *  └─────────┴─────────────┴────────────────┴───────────┴────────────┴─────────────────┴────────────
 * </pre>
 */
public record Manifest(SetDescription description, Map<String, ListedFile> files) {
  private static final int MAGIC = 'O' | 'O' << 8 | 'H' << 16 | 'M' << 24;
  private static final int VERSION = 1;
  private static final int HEADER = 12;

  public Manifest(SetDescription description, List<ListedFile> files) {
    this(description, byName(files));
  }

  private static Map<String, ListedFile> byName(List<ListedFile> files) {
    Map<String, ListedFile> names = new LinkedHashMap<>();
    files.forEach(file -> names.put(file.name(), file));
    return names;
  }

  public byte[] toByteArray() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    Entries.append(body, DescriptionMessage.of(description));
    files.values().forEach(file -> Entries.append(body, file.toMessage()));
    byte[] bytes = body.toByteArray();
    return ByteBuffer.allocate(HEADER + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(MAGIC)
        .putInt(VERSION)
        .putInt(Digest.of(bytes, 0, bytes.length))
        .put(bytes)
        .array();
  }

  /**
   * What tells the set of these bytes from every other: the digest of all that the manifest says,
   * and so of every file that it lists.
   */
  public static int identity(byte[] bytes) {
    return Digest.of(bytes, HEADER, bytes.length - HEADER);
  }

  /** Whether they begin as the bytes of a manifest do, of whatever version. */
  public static boolean hasMagic(byte[] bytes) {
    return bytes.length >= Integer.BYTES
        && ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt() == MAGIC;
  }

  /**
   * Whether these bytes were never a manifest, as of a writer that was interrupted. One of another
   * version may be whole.
   */
  public static boolean isTorn(byte[] bytes) {
    if (bytes.length < HEADER) {
      return true;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return in.getInt() != MAGIC || (in.getInt() == VERSION && in.getInt() != identity(bytes));
  }

  /** Reads the manifest that has these bytes. */
  public static Manifest parse(Path file, byte[] bytes) throws ImageException {
    if (bytes.length < HEADER) {
      throw new ImageException(file, bytes.length, "the end", HEADER + " bytes of header");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    OwnFormat.check(file, in, MAGIC, VERSION);
    int wanted = in.getInt();
    int found = Digest.of(bytes, HEADER, bytes.length - HEADER);
    if (found != wanted) {
      throw new ImageException(file, HEADER, Digest.text(found), Digest.text(wanted));
    }
    Entries entries = new Entries(file, bytes, HEADER);
    SetDescription description =
        DescriptionMessage.read(
            entries.next("set description", OohMessages.SetDescription.parser()));
    List<ListedFile> files = new ArrayList<>();
    Set<String> names = new HashSet<>();
    while (entries.hasNext()) {
      Entries.Entry<OohMessages.ListedFile> entry =
          entries.next("listed file", OohMessages.ListedFile.parser());
      ListedFile listed = ListedFile.of(entry);
      if (!names.add(listed.name())) {
        throw entry.wrong("name '%s' once more".formatted(listed.name()), "each once");
      }
      files.add(listed);
    }
    return new Manifest(description, files);
  }
}
