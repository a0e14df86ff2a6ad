package dev.ooh.image;

/** Is told of a page that is not what it was; may end the reading. */
@FunctionalInterface
interface DamageSink {
  /** Ends at the first damaged page. */
  DamageSink FIRST_ENDS =
      (page, how) -> {
        throw how;
      };

  void damaged(long page, ImageException how) throws ImageException;
}
