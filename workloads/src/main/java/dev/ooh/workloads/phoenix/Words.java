package dev.ooh.workloads.phoenix;

/** What a word is, after Phoenix's word_count, and its hash (FNV-1a, 64 bits). */
final class Words {
  static final long HASH_OF_NOTHING = 0xCBF29CE484222325L;
  private static final long PRIME = 0x100000001B3L;

  private Words() {}

  static boolean begins(byte character) {
    int letter = character & ~0x20;
    return letter >= 'A' && letter <= 'Z';
  }

  static boolean goesOn(byte character) {
    return begins(character) || character == '\'';
  }

  static byte upper(byte character) {
    return begins(character) ? (byte) (character & ~0x20) : character;
  }

  static long hash(long hash, byte character) {
    return (hash ^ (character & 0xFF)) * PRIME;
  }

  /** By what a word's count enters the checksum. */
  static long weight(long hash) {
    long mixed = hash * 0x9E3779B97F4A7C15L;
    return mixed ^ mixed >>> 29;
  }
}
