package dev.ooh.image.file;

import java.nio.file.FileSystems;
import java.nio.file.Path;

/** Which {@link FileLayer} is for which file system. */
public final class FileLayers {
  private FileLayers() {}

  /** The files of whichever file system {@code directory} is in. */
  public static FileLayer of(Path directory) {
    return directory.getFileSystem().equals(FileSystems.getDefault())
        ? new DiskFiles()
        : new ProviderFiles();
  }
}
