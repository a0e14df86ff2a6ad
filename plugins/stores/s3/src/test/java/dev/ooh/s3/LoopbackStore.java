package dev.ooh.s3;

import java.net.URI;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A server of S3's protocol in this JVM, whose objects are in memory. */
final class LoopbackStore implements AutoCloseable {
  static final String BUCKET = "state";
  private static final String ID = "id";
  private static final String SECRET = "secret";

  final StoreFaults faults = new StoreFaults();
  private final S3Proxy server;
  final S3FileSystemProvider provider;

  LoopbackStore() throws Exception {
    server =
        S3Proxy.builder()
            .blobStore(new TransientNio2BlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ID, SECRET)
            .build();
    server.start();
    S3Client client =
        S3FileSystemProvider.builder()
            .endpointOverride(URI.create("http://127.0.0.1:" + server.getPort()))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(ID, SECRET)))
            .forcePathStyle(true)
            .overrideConfiguration(options -> options.addExecutionInterceptor(faults))
            .build();
    client.createBucket(request -> request.bucket(BUCKET));
    provider = new S3FileSystemProvider(() -> client);
  }

  Path path(String folder) {
    return provider.getPath(URI.create("s3://" + BUCKET + "/" + folder));
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }
}
