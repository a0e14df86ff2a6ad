package dev.ooh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that an option names, to be written when everything is done. */
public final class OutputFile {
  private static final Path DESCRIPTORS = Path.of("/proc");

  /** Links in a row, more than which Linux follows none. */
  private static final int MOST_LINKS = 40;

  private OutputFile() {}

  /**
   * Finds out before a run what would stand in the way after it.
   *
   * @param option that names the file, for messages
   * @return the folder that the file is in, or will be; of a link, that of the file it leads to
   * @throws CommandException when no file can be made there, naming it
   */
  public static Path check(String option, Path file) throws CommandException {
    if (Files.isSymbolicLink(file) && !Files.exists(file)) {
      throw new CommandException(option + " is " + file + ", a link to a file that is not there");
    }
    Path folder = behindLinks(file).getParent();
    if (Files.isDirectory(file)) {
      throw new CommandException(option + " is " + file + ", a directory; wanted a file");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new CommandException(option + " is " + file + ", but there is no folder " + folder);
    }
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw new CommandException(option + " is " + file + ", which is not writable");
    }
    if (!Files.exists(file) && !Files.isWritable(folder)) {
      throw new CommandException(option + " is " + file + ", but no file can be made in " + folder);
    }
    return folder;
  }

  /** What {@code file} leads to where it is a link, which stays one: what is replaced is a file. */
  static Path behindLinks(Path file) {
    try {
      return Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
    } catch (IOException e) {
      return file.toAbsolutePath(); // leads nowhere, which opening it tells
    }
  }

  /**
   * Whether {@code file} is one that a process has open, as {@code /dev/stdout} is, be it by links.
   * Whoever has it open would see nothing of a file that takes its place.
   */
  static boolean isOpenFile(Path file) {
    try {
      Path at = file.toAbsolutePath();
      for (int links = 0; links < MOST_LINKS; links++) {
        Path folder = at.resolveSibling("").toRealPath();
        if (folder.startsWith(DESCRIPTORS)) {
          return Files.exists(at);
        }
        Path entry = folder.resolve(at.getFileName());
        if (!Files.isSymbolicLink(entry)) {
          return false;
        }
        at = folder.resolve(Files.readSymbolicLink(entry));
      }
    } catch (IOException e) {
      // No such folder, say.
    }
    return false;
  }

  /** How to open {@code file} to write to it in its place: what is printed to it, too, stays. */
  static OpenOption[] inPlace(Path file) {
    return isOpenFile(file)
        ? new OpenOption[] {StandardOpenOption.WRITE, StandardOpenOption.APPEND}
        : new OpenOption[] {
          StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING
        };
  }
}
