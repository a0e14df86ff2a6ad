package dev.ooh.integration.application;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/**
 * A server of S3's protocol in this JVM, with one bucket in memory, which whoever looks for S3 the
 * usual way finds.
 */
final class LoopbackStore implements AutoCloseable {
  private static final String BUCKET = "state";
  private static final String ID = "id";
  private static final String SECRET = "secret";

  private final S3Proxy server;
  private final Map<String, String> settings;

  LoopbackStore() throws Exception {
    TransientNio2BlobStore objects = new TransientNio2BlobStore();
    objects.createContainer(BUCKET);
    server =
        S3Proxy.builder()
            .blobStore(objects)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ID, SECRET)
            .build();
    server.start();
    settings =
        Map.of(
            "aws.endpointUrlS3",
            "http://127.0.0.1:" + server.getPort(),
            "aws.region",
            "us-east-1",
            "aws.accessKeyId",
            ID,
            "aws.secretAccessKey",
            SECRET,
            "ooh.s3.path-style",
            "true");
    settings.forEach(System::setProperty);
  }

  String uri() {
    return "s3://" + BUCKET;
  }

  /** What another JVM is to be started with to find it. */
  List<String> options() {
    return settings.entrySet().stream()
        .map(it -> "-D" + it.getKey() + "=" + it.getValue())
        .toList();
  }

  /** The bundle that has the file system, which is no part of the bundle folder. */
  static Path bundle() throws IOException {
    Path target = Path.of(System.getProperty("ooh.top"), "plugins", "stores", "s3", "target");
    try (Stream<Path> jars = Files.list(target)) {
      return jars.filter(
              jar -> jar.getFileName().toString().matches("s3-store-[0-9.]+(-SNAPSHOT)?\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** That bundle and, unpacked into {@code folder}, the jars in it: for a plain class path. */
  static List<Path> classPath(Path folder) throws IOException {
    List<Path> all = new ArrayList<>(List.of(bundle()));
    try (ZipFile jar = new ZipFile(bundle().toFile())) {
      for (ZipEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().matches("lib/[^/]+\\.jar")) {
          Path unpacked = folder.resolve(entry.getName().substring("lib/".length()));
          try (InputStream bytes = jar.getInputStream(entry)) {
            Files.copy(bytes, unpacked);
          }
          all.add(unpacked);
        }
      }
    }
    return all;
  }

  @Override
  public void close() throws Exception {
    settings.keySet().forEach(System::clearProperty);
    server.stop();
  }
}
