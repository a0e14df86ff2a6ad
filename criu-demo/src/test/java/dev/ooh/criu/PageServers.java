package dev.ooh.criu;

import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetPlace;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** A program whose dumps go to a page server. */
public final class PageServers implements AutoCloseable {
  private final CheckpointScene scene;

  /**
   * @param beside what does not go there
   */
  public PageServers(Path beside, long seed, Function<ImageStore, SetPlace> place)
      throws IOException {
    scene = new CheckpointScene(beside, seed, place);
  }

  /** It writes somewhere, and is dumped. */
  public DumpReport dump() throws Exception {
    scene.mutate();
    return scene.checkpointer.dump(Checkpointer.Then.GO_ON);
  }

  /** It writes somewhere, and is pre-dumped. */
  public DumpReport preDump() throws Exception {
    scene.mutate();
    return scene.checkpointer.preDump();
  }

  /** What it holds. */
  public byte[] contents() {
    return scene.contents();
  }

  /** As {@link CheckpointScene#restored}. */
  public static byte[] restored(Path directory) throws Exception {
    return CheckpointScene.restored(directory);
  }

  /** Puts a page server's images where they belong, beside the rest of a set. */
  public static void copyImages(Path from, Path set) throws IOException {
    try (DirectoryStream<Path> images = Files.newDirectoryStream(from, "pages-*.img")) {
      for (Path image : images) {
        Files.copy(image, set.resolve(image.getFileName()));
      }
    }
    try (DirectoryStream<Path> images = Files.newDirectoryStream(from, "pagemap-*.img")) {
      for (Path image : images) {
        Files.copy(image, set.resolve(image.getFileName()));
      }
    }
  }

  @Override
  public void close() throws IOException {
    scene.close();
  }
}
