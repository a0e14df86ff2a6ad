package dev.ooh.image.message;

import dev.ooh.image.ImageException;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A file of the set, as the manifest lists it.
 *
 * @param name in the set's directory
 * @param digest CRC32C of the contents; 0 for the pages, which have a digest each
 */
public record ListedFile(String name, long bytes, int digest) {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}");
  private static final Set<String> RESERVED = Set.of(SetFiles.MANIFEST, SetFiles.PARENT);
  private static final int LONGEST_SHOWN = 80;

  public OohMessages.ListedFile toMessage() {
    return OohMessages.ListedFile.newBuilder()
        .setName(name)
        .setBytes(bytes)
        .setDigest(digest)
        .build();
  }

  /** Whether a set may have a file of that name: in its own directory, wherever that is. */
  static boolean isName(String name) {
    return PLAIN.matcher(name).matches() && !RESERVED.contains(name);
  }

  static ListedFile of(Entries.Entry<OohMessages.ListedFile> entry) throws ImageException {
    OohMessages.ListedFile message = entry.message();
    if (!isName(message.getName())) {
      throw entry.wrong(
          "name '%s'".formatted(printable(message.getName())), "a plain name of a file of the set");
    }
    if (message.getBytes() < 0) {
      throw entry.wrong(Long.toUnsignedString(message.getBytes()) + " bytes", "a file's length");
    }
    return new ListedFile(message.getName(), message.getBytes(), message.getDigest());
  }

  private static String printable(String name) {
    String text = name.replaceAll("\\p{C}", "?");
    return text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text;
  }
}
