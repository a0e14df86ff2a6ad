package dev.ooh.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 512M} or {@code 5G} as a number of bytes; units are powers of 1024. */
public final class ByteSize implements ITypeConverter<Long> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})([KMGT]?)I?B?");

  @Override
  public Long convert(String value) {
    Matcher form = FORM.matcher(value.toUpperCase(Locale.ROOT));
    long factor = 0;
    if (form.matches()) {
      factor = 1L << (10 * " KMGT".indexOf(form.group(2).isEmpty() ? " " : form.group(2)));
    }
    long count = factor == 0 ? 0 : Long.parseLong(form.group(1));
    if (count == 0 || count > Long.MAX_VALUE / factor) {
      throw new TypeConversionException(
          "'" + value + "' is not a size, wanted a number of bytes such as 512M or 5G");
    }
    return count * factor;
  }
}
