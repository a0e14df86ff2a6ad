package dev.ooh.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A small jar: a bundle when it has a symbolic name. */
final class TestBundle {
  private final Manifest manifest = new Manifest();
  private String activator = "";

  private TestBundle() {
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
  }

  static TestBundle plainJar() {
    return new TestBundle();
  }

  static TestBundle named(String symbolicName) {
    return plainJar()
        .header("Bundle-ManifestVersion", "2")
        .header("Bundle-SymbolicName", symbolicName);
  }

  TestBundle header(String name, String value) {
    manifest.getMainAttributes().putValue(name, value);
    return this;
  }

  TestBundle activator(Class<?> type) {
    activator = type.getName().replace('.', '/') + ".class";
    return header("Bundle-Activator", type.getName())
        .header("Import-Package", "org.osgi.framework");
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
      if (!activator.isEmpty()) {
        jar.putNextEntry(new JarEntry(activator));
        try (InputStream in = TestBundle.class.getClassLoader().getResourceAsStream(activator)) {
          in.transferTo(jar);
        }
        jar.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  Path writeTo(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.write(file, toBytes());
  }
}
