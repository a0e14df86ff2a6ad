package dev.ooh.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A store that hangs up, as one does on connections that were idle for long. */
@Timeout(120)
class ClosedConnectionTest {
  /** More than the SDK sends without asking first. */
  private static final int BYTES = 2 << 20;

  @Test
  void anUploadThatIsNotAnsweredIsTriedAgainAndThenAnErrorThatNamesTheObject() throws Exception {
    BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        S3Client client =
            S3FileSystemProvider.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + server.getLocalPort()))
                .region(Region.US_EAST_1)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .forcePathStyle(true)
                .build()) {
      Thread.ofPlatform().daemon().start(() -> hangUp(server, requests));
      Bucket bucket = new Bucket(client, "state");
      assertThatThrownBy(() -> bucket.put("folder/object", new byte[BYTES], false))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("s3://state/folder/object");
    }
    assertThat(requests.stream().filter(line -> line.startsWith("PUT ")).count()).isGreaterThan(1);
  }

  /** Takes one request after another, as far as its headers go, and answers none. */
  private static void hangUp(ServerSocket server, BlockingQueue<String> requests) {
    while (true) {
      try (Socket connection = server.accept();
          BufferedReader in =
              new BufferedReader(
                  new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII))) {
        String line = in.readLine();
        if (line != null) {
          requests.add(line);
        }
        while (line != null && !line.isEmpty()) {
          line = in.readLine();
        }
      } catch (IOException e) {
        if (server.isClosed()) {
          return;
        }
      }
    }
  }
}
