package dev.ooh.launcher;

import java.nio.file.AccessDeniedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.BundleException;

/** Turns what went wrong into the one line that a user gets. */
final class Failures {
  private static final Pattern MISSING =
      Pattern.compile("missing requirement \\[[^;]*\\] ([\\w.]+); (\\(.*\\))(?: |$)");
  private static final Pattern PACKAGE = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]+)\\)");

  private Failures() {}

  /** The most telling message of {@code failure} and its causes, without line breaks. */
  static String line(Throwable failure) {
    Throwable told = failure;
    while (told.getCause() != null
        && (told.getMessage() == null
            || told instanceof BundleException
            || told.getMessage().equals(told.getCause().toString()))) {
      told = told.getCause();
    }
    String message = told.getMessage();
    if (told instanceof AccessDeniedException denied && denied.getReason() == null) {
      return "access denied: " + message; // which is no more than the file's name
    }
    if (message == null || message.isBlank()) {
      return told.getClass().getName();
    }
    if (told instanceof BundleException) {
      Matcher missing = MISSING.matcher(message);
      if (missing.find()) {
        Matcher name = PACKAGE.matcher(missing.group(2));
        return name.find()
            ? "needs the package " + name.group(1) + ", which no bundle here offers as wanted"
            : "needs " + missing.group(1) + " " + missing.group(2) + ", which no bundle offers";
      }
    }
    String line = message.strip().replaceAll("\\s*\\R\\s*", " ");
    return told instanceof Error || told instanceof NullPointerException
        ? told.getClass().getSimpleName() + ": " + line
        : line;
  }
}
