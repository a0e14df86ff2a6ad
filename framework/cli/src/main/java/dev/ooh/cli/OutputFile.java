package dev.ooh.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** A file that an option names, to be written when everything is done. */
public final class OutputFile {
  private OutputFile() {}

  /**
   * Finds out before a run what would stand in the way after it.
   *
   * @param option that names the file, for messages
   * @return the folder that the file is in, or will be
   * @throws CommandException when no file can be made there, naming it
   */
  public static Path check(String option, Path file) throws CommandException {
    Path folder = file.toAbsolutePath().getParent();
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
}
