package dev.ooh.evaluation.report;

/** Text in a page. */
final class Html {
  private Html() {}

  /** Escapes what HTML would take for markup. */
  static String text(String plain) {
    return plain
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
