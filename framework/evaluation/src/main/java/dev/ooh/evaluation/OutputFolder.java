package dev.ooh.evaluation;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.ErrorText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Where an evaluation goes. What it measured lies in {@code runs}, made by one version: another
 * version's measurements are not to be mixed with this one's.
 */
record OutputFolder(Path path) {
  private static final String VERSION = "version.txt";

  /**
   * Opens it, making it where it isn't there.
   *
   * @throws CommandException when it can't be written to or holds another version's measurements
   */
  static OutputFolder open(Path path, String version) throws CommandException {
    OutputFolder folder = new OutputFolder(path);
    try {
      Files.createDirectories(folder.runs());
      Path file = folder.runs().resolve(VERSION);
      if (Files.exists(file)) {
        String found = Files.readString(file).strip();
        if (!found.equals(version)) {
          throw new CommandException(
              "%s holds measurements of version %s, wanted %s: take another folder, or remove %s"
                  .formatted(path, found, version, folder.runs()));
        }
      } else {
        Files.writeString(file, version + "\n");
      }
      return folder;
    } catch (IOException e) {
      throw new CommandException(
          "--out is %s, wanted a folder that can be written to: %s"
              .formatted(path, ErrorText.reason(e)),
          e);
    }
  }

  Path runs() {
    return path.resolve("runs");
  }

  /** Writes a file, whole or not at all. */
  void write(String name, byte[] contents) throws CommandException {
    Path part = path.resolve("." + name + ".part");
    try {
      Files.write(part, contents);
      Files.move(
          part,
          path.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CommandException(
          "%s can't be written: %s".formatted(path.resolve(name), ErrorText.reason(e)), e);
    }
  }

  void write(String name, String contents) throws CommandException {
    write(name, contents.getBytes(StandardCharsets.UTF_8));
  }
}
