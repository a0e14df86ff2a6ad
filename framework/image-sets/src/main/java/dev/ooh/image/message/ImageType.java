package dev.ooh.image.message;

/**
 * The files of an image set and how they begin: CRIU's {@code magic.h}, images version 1.1.
 *
 * <pre>
 *  0        4         8
 *  ├────────┼─────────┼─ entries: ┬────────────┬─────────┐
 *  │ common │ type    │           │ u32 length │ message │ …
 *  └────────┴─────────┘           └────────────┴─────────┘
 * </pre>
 *
 * {@code inventory.img} has no common word.
 */
public enum ImageType {
  INVENTORY(0, 0x58313116),
  PSTREE(ImageType.COMMON, 0x50273030),
  CORE(ImageType.COMMON, 0x55053847),
  MM(ImageType.COMMON, 0x57492820),
  PAGEMAP(ImageType.COMMON, 0x56084025),
  FILES(ImageType.COMMON, 0x56303138),
  STATS(ImageType.SERVICE, 0x57093306);

  static final int COMMON = 0x54564319;
  static final int SERVICE = 0x55105940;

  private final int family;
  private final int magic;

  ImageType(int family, int magic) {
    this.family = family;
    this.magic = magic;
  }

  /** Whether a word for the kind of image comes before the magic. */
  boolean hasFamily() {
    return family != 0;
  }

  int family() {
    return family;
  }

  int magic() {
    return magic;
  }
}
