package dev.ooh.criu.command;

import dev.ooh.cli.UsageException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where image sets are, as a command line says it: a path, or the URI of a place that some {@link
 * FileSystemProvider} knows, such as {@code s3://bucket/folder}.
 *
 * @param plugged providers besides those that the JDK finds itself
 */
record ImageDirectories(List<FileSystemProvider> plugged) {
  private static final Pattern WITH_SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]+)://.*");

  /**
   * @param what the text is, for messages
   */
  Path path(String what, String text) throws UsageException {
    if (text.isBlank()) {
      throw new UsageException("%s is '%s', wanted a directory".formatted(what, text));
    }
    var parts = WITH_SCHEME.matcher(text);
    if (!parts.matches()) {
      return Path.of(text);
    }
    String scheme = parts.group(1);
    FileSystemProvider provider =
        providers()
            .filter(candidate -> candidate.getScheme().equalsIgnoreCase(scheme))
            .findFirst()
            .orElseThrow(
                () ->
                    new UsageException(
                        "%s is '%s', wanted a path or one of the schemes that are plugged in: %s"
                            .formatted(what, text, schemes())));
    try {
      return provider.getPath(URI.create(text));
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw new UsageException(
          "%s is '%s', wanted a directory: %s".formatted(what, text, e.getMessage()));
    }
  }

  private Stream<FileSystemProvider> providers() {
    return Stream.concat(plugged.stream(), FileSystemProvider.installedProviders().stream());
  }

  private String schemes() {
    return String.join(
        ", ", new TreeSet<>(providers().map(FileSystemProvider::getScheme).toList()));
  }
}
