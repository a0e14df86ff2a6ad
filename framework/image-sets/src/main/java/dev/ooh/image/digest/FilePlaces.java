package dev.ooh.image.digest;

/** Where in a file its pages are, for messages. */
@FunctionalInterface
public interface FilePlaces {
  /**
   * The byte of the file where what is at {@code offset} begins.
   *
   * @param offset as if nothing were compressed
   */
  long place(long offset);
}
