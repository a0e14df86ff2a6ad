package dev.ooh.image.digest;

import dev.ooh.image.ImageException;

/** Is told of a page that is not what it was; may end the reading. */
@FunctionalInterface
public interface DamageSink {
  /** Ends at the first damaged page. */
  DamageSink FIRST_ENDS =
      (page, how) -> {
        throw how;
      };

  /**
   * Says how a page is damaged.
   *
   * @throws ImageException to end the reading
   */
  void damaged(long page, ImageException how) throws ImageException;
}
