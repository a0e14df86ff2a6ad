package dev.ooh.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The objects of one bucket. Every failure is an IOException that names the object. Safe for any
 * thread.
 */
final class Bucket {
  private static final int NOT_FOUND = 404;
  private static final int FORBIDDEN = 403;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final String ANY = "*";

  /** Of an object: who wrote it. A request that is repeated finds what it did the first time. */
  private static final String WRITER = "ooh-writer";

  private final S3Client client;
  private final String name;

  Bucket(S3Client client, String name) {
    this.client = client;
    this.name = name;
  }

  String name() {
    return name;
  }

  private interface Request<T> {
    T run();
  }

  private <T> T ask(String key, Request<T> request) throws IOException {
    try {
      return request.run();
    } catch (NoSuchBucketException e) {
      throw new NoSuchFileException(name(key), null, "there is no such bucket");
    } catch (S3Exception e) {
      throw switch (e.statusCode()) {
        case NOT_FOUND -> new NoSuchFileException(name(key));
        case FORBIDDEN -> new AccessDeniedException(name(key));
        case CONFLICT, PRECONDITION_FAILED -> new FileAlreadyExistsException(name(key));
        default -> failed(key, e);
      };
    } catch (SdkException | UncheckedIOException e) { // unchecked: of a request that has a body
      throw failed(key, e);
    }
  }

  private String name(String key) {
    return "s3://" + name + "/" + key;
  }

  private IOException failed(String key, RuntimeException e) {
    return new IOException(name(key) + ": " + e.getMessage(), e);
  }

  /** What there is of that name; empty where there is no such object. */
  Optional<HeadObjectResponse> head(String key) throws IOException {
    try {
      return Optional.of(
          ask(key, () -> client.headObject(request -> request.bucket(name).key(key))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Whether there are objects whose keys begin so. */
  boolean hasPrefix(String prefix) throws IOException {
    return ask(
            prefix,
            () -> client.listObjectsV2(request -> request.bucket(name).prefix(prefix).maxKeys(1)))
        .hasContents();
  }

  /** The next names below {@code prefix}, up to a slash, in ascending order. */
  List<String> list(String prefix) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    String[] token = {null};
    do {
      ListObjectsV2Response page =
          ask(
              prefix,
              () ->
                  client.listObjectsV2(
                      request ->
                          request
                              .bucket(name)
                              .prefix(prefix)
                              .delimiter("/")
                              .continuationToken(token[0])));
      page.commonPrefixes()
          .forEach(
              found ->
                  names.add(
                      found.prefix().substring(prefix.length(), found.prefix().length() - 1)));
      page.contents().forEach(found -> names.add(found.key().substring(prefix.length())));
      token[0] = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
    } while (token[0] != null);
    names.remove("");
    return new ArrayList<>(names);
  }

  /** Some bytes of an object. */
  byte[] get(String key, long from, int length) throws IOException {
    return ask(
            key,
            () ->
                client.getObjectAsBytes(
                    request ->
                        request
                            .bucket(name)
                            .key(key)
                            .range("bytes=" + from + "-" + (from + length - 1))))
        .asByteArrayUnsafe();
  }

  void delete(String key) throws IOException {
    ask(key, () -> client.deleteObject(request -> request.bucket(name).key(key)));
  }

  /** Writes a whole object; if {@code fresh}, only where there is none. */
  void put(String key, byte[] contents, boolean fresh) throws IOException {
    String writer = UUID.randomUUID().toString();
    create(
        key,
        writer,
        fresh,
        () ->
            client.putObject(
                request ->
                    request
                        .bucket(name)
                        .key(key)
                        .metadata(Map.of(WRITER, writer))
                        .ifNoneMatch(fresh ? ANY : null),
                RequestBody.fromBytes(contents)));
  }

  /**
   * What came of a request that failed is seen from who wrote what is there: it was repeated, and
   * refused, since it had been done and the answer was lost; or it was refused while its contents
   * were still being sent, which looks like a broken connection.
   */
  private void create(String key, String writer, boolean fresh, Request<?> request)
      throws IOException {
    try {
      ask(key, request);
    } catch (IOException e) {
      Optional<HeadObjectResponse> found = head(key);
      if (found.isEmpty()) {
        throw e;
      }
      if (!writer.equals(found.get().metadata().get(WRITER))) {
        throw fresh ? new FileAlreadyExistsException(name(key)) : e;
      }
    }
  }

  /** Begins an object that is written in parts. */
  Parts parts(String key) throws IOException {
    String writer = UUID.randomUUID().toString();
    String id =
        ask(
                key,
                () ->
                    client.createMultipartUpload(
                        request -> request.bucket(name).key(key).metadata(Map.of(WRITER, writer))))
            .uploadId();
    return new Parts(key, writer, id);
  }

  /** An object that is there when it is complete. For one thread. */
  final class Parts {
    private final String key;
    private final String writer;
    private final String id;
    private final List<CompletedPart> done = new ArrayList<>();

    private Parts(String key, String writer, String id) {
      this.key = key;
      this.writer = writer;
      this.id = id;
    }

    /** Adds a part; all but the last have 5 MiB or more. */
    void add(byte[] contents) throws IOException {
      int number = done.size() + 1;
      String tag =
          ask(
                  key,
                  () ->
                      client.uploadPart(
                          request -> request.bucket(name).key(key).uploadId(id).partNumber(number),
                          RequestBody.fromBytes(contents)))
              .eTag();
      done.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
    }

    void complete(boolean fresh) throws IOException {
      create(
          key,
          writer,
          fresh,
          () ->
              client.completeMultipartUpload(
                  request ->
                      request
                          .bucket(name)
                          .key(key)
                          .uploadId(id)
                          .ifNoneMatch(fresh ? ANY : null)
                          .multipartUpload(upload -> upload.parts(done))));
    }

    void abort() throws IOException {
      ask(
          key,
          () -> client.abortMultipartUpload(request -> request.bucket(name).key(key).uploadId(id)));
    }
  }
}
