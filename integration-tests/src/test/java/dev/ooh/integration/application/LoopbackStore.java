package dev.ooh.integration.application;

import java.net.URI;
import java.util.Map;
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

  @Override
  public void close() throws Exception {
    settings.keySet().forEach(System::clearProperty);
    server.stop();
  }
}
