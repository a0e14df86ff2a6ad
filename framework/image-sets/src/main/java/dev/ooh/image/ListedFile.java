package dev.ooh.image;

import dev.ooh.image.message.OohMessages;

/**
 * A file of the set, as the manifest lists it.
 *
 * @param name in the set's directory
 * @param digest CRC32C of the contents; 0 for the pages, which have a digest each
 */
record ListedFile(String name, long bytes, int digest) {
  OohMessages.ListedFile toMessage() {
    return OohMessages.ListedFile.newBuilder()
        .setName(name)
        .setBytes(bytes)
        .setDigest(digest)
        .build();
  }

  static ListedFile of(OohMessages.ListedFile message) {
    return new ListedFile(message.getName(), message.getBytes(), message.getDigest());
  }
}
