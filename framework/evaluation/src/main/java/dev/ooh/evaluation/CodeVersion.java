package dev.ooh.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Tells apart the code that measures. */
final class CodeVersion {
  private static final String OURS = "dev.ooh.";
  private static final String REFERENCE = "reference:";

  private CodeVersion() {}

  /** The version of this bundle, and a checksum of the project's bundles that are installed. */
  static String of(BundleContext context) {
    List<Bundle> bundles =
        Arrays.stream(context.getBundles())
            .filter(bundle -> String.valueOf(bundle.getSymbolicName()).startsWith(OURS))
            .sorted(Comparator.comparing(Bundle::getSymbolicName))
            .toList();
    CRC32C sum = new CRC32C();
    for (Bundle bundle : bundles) {
      String location = bundle.getLocation();
      String url =
          location.startsWith(REFERENCE) ? location.substring(REFERENCE.length()) : location;
      try (InputStream jar = new CheckedInputStream(URI.create(url).toURL().openStream(), sum)) {
        jar.transferTo(OutputStream.nullOutputStream());
      } catch (IOException | IllegalArgumentException e) {
        sum.update(bundle.getVersion().toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    return "%s+%08x".formatted(context.getBundle().getVersion(), sum.getValue());
  }
}
