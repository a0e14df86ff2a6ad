package dev.ooh.image;

import java.util.Locale;

/** Numbers that are formatted have other digits than 0 to 9, until this is closed. */
public final class OtherDigits implements AutoCloseable {
  private final Locale usual = Locale.getDefault(Locale.Category.FORMAT);

  public OtherDigits() {
    Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("fa-IR-u-nu-arabext"));
  }

  @Override
  public void close() {
    Locale.setDefault(Locale.Category.FORMAT, usual);
  }
}
