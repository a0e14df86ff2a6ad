package dev.ooh.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

/** One line about an exception, for people. */
public final class ErrorText {
  private ErrorText() {}

  /** What went wrong, on one line; never empty. */
  public static String of(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof ExecutionException || cause.getClass() == RuntimeException.class)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof FileSystemException file && file.getReason() == null) {
      return kind(file) + ": " + file.getFile();
    }
    String message = cause.getMessage();
    if (message == null || message.isBlank()) {
      return cause.getClass().getSimpleName();
    }
    String line = message.strip().replaceAll("\\s*\\R\\s*", "; ");
    boolean bare = cause instanceof NullPointerException || cause instanceof LinkageError;
    return bare ? cause.getClass().getSimpleName() + ": " + line : line;
  }

  /** What went wrong with a file that the message names already. */
  public static String reason(IOException thrown) {
    if (thrown instanceof FileSystemException file) {
      return file.getReason() == null ? kind(file) : file.getReason();
    }
    return of(thrown);
  }

  private static String kind(FileSystemException file) {
    return switch (file) {
      case NoSuchFileException _ -> "no such file or folder";
      case AccessDeniedException _ -> "access denied";
      case FileAlreadyExistsException _ -> "there is a file already";
      default -> Objects.requireNonNull(file.getClass().getSimpleName());
    };
  }
}
