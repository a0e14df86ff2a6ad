package dev.ooh.criu;

import dev.ooh.image.digest.Digest;
import dev.ooh.image.message.ListedFile;
import dev.ooh.image.message.Manifest;
import dev.ooh.image.message.SetFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes manifests that agree with damaged files. */
final class Forgery {
  private Forgery() {}

  /** Lists the files of {@code set} in its manifest as they are now. */
  static void adoptFiles(Path set) throws IOException {
    Path file = set.resolve(SetFiles.MANIFEST);
    if (!Files.exists(file)) {
      return;
    }
    Manifest manifest = Manifest.parse(file, Files.readAllBytes(file));
    List<ListedFile> files = new ArrayList<>();
    for (ListedFile listed : manifest.files().values()) {
      Path path = set.resolve(listed.name());
      if (!Files.exists(path)) {
        files.add(listed);
      } else if (listed.name().startsWith("pages-")) {
        files.add(new ListedFile(listed.name(), Files.size(path), 0));
      } else {
        byte[] bytes = Files.readAllBytes(path);
        files.add(new ListedFile(listed.name(), bytes.length, Digest.of(bytes, 0, bytes.length)));
      }
    }
    Files.write(file, new Manifest(manifest.description(), files).toByteArray());
  }
}
