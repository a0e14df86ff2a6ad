package dev.ooh.image.message;

/** What the files of a set are called. */
public final class SetFiles {
  /** Says what the set is of, and lists all others. */
  public static final String MANIFEST = "ooh.img";

  /** Has a digest for each page. */
  public static final String DIGESTS = "ooh-digests.img";

  public static final String INVENTORY = "inventory.img";
  public static final String PSTREE = "pstree.img";
  public static final String FILES = "files.img";
  public static final String STATISTICS = "stats-dump";

  /** The link to the set that in-parent pages are found in. */
  public static final String PARENT = "parent";

  /** The number of the pages file of a set that we write. */
  public static final int PAGES_ID = 1;

  private static final String PAGES_PREFIX = "pages-";

  private SetFiles() {}

  /** The pages file of a number. */
  public static String pages(int id) {
    return PAGES_PREFIX + Integer.toUnsignedString(id) + ".img";
  }

  public static boolean isPages(String name) {
    return name.startsWith(PAGES_PREFIX);
  }

  public static String pagemap(int pid) {
    return "pagemap-" + pid + ".img";
  }

  public static String core(int pid) {
    return "core-" + pid + ".img";
  }

  /** The mappings of a process. */
  public static String mappings(int pid) {
    return "mm-" + pid + ".img";
  }
}
