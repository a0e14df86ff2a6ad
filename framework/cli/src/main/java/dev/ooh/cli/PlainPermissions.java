package dev.ooh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** Gives a file that was created as a private temporary one the permissions of a plain one. */
final class PlainPermissions {
  private PlainPermissions() {}

  /** Those of {@code replaced} when it exists, else those that the process's umask gives. */
  static void apply(Path file, Path replaced) throws IOException {
    Set<PosixFilePermission> permissions;
    if (Files.exists(replaced)) {
      permissions = Files.getPosixFilePermissions(replaced);
    } else {
      Files.createFile(replaced);
      permissions = Files.getPosixFilePermissions(replaced);
      Files.delete(replaced);
    }
    Files.setPosixFilePermissions(file, permissions);
  }
}
